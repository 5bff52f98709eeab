# What the git hooks of `exp` do. Each hook reads this file in a subshell, with `exp_name` set to its own name and, for
# post-rewrite and pre-push, `exp_input` to what git told it. Descriptor 3 is the user's stderr.
#
# What must stay true: nothing here fails, waits or asks, whatever is missing or broken; no Python is started by a
# commit; what happened is noted under .exp/spool by the names of empty files alone, so that no note is ever torn, and
# the next `exp` command reads them. Plain POSIX sh: dash, bash, busybox.

set +eu
exp_nothing=0000000000000000000000000000000000000000
exp_most=10 # trailers of one commit

exp_find() { # sets exp_dir to the store of this repository
  exp_dir=.exp
  if [ ! -d .git ] || [ "${GIT_DIR:-.git}" != .git ]; then
    exp_common=$(git rev-parse --git-common-dir) || exit 0
    if [ "$(git rev-parse --git-dir)" != "$exp_common" ]; then exp_find_main; fi
  fi
  [ -d "$exp_dir/spool" ] || exit 0
}

exp_find_main() { # from a linked worktree
  exp_top=$(git --git-dir="$exp_common" config --get core.worktree)
  case $exp_top in
  '') case $exp_common in
    */.git) exp_dir=${exp_common%/.git}/.exp ;;
    *) exp_dir=$exp_common/.exp ;;
    esac ;;
  /*) exp_dir=$exp_top/.exp ;;
  *) exp_dir=$exp_common/$exp_top/.exp ;;
  esac
}

exp_note() { printf '' >"$exp_dir/spool/$1"; }

exp_each() { # TREE: sets exp_runs (ids), exp_tag (of the best), exp_text (lines of the note)
  exp_runs='' exp_tag='' exp_text=''
  [ -f "$exp_dir/trees/$1" ] || return 1
  while IFS=' ' read -r exp_id exp_word exp_head exp_rest; do
    case $exp_id in *[!0-9a-z]*) continue ;; esac # whatever wrote it: an id, and nothing else, goes on from here
    [ -n "$exp_head" ] && [ -d "$exp_dir/runs/$exp_id" ] || continue
    [ -n "$exp_runs" ] || exp_tag=$exp_word
    exp_runs="$exp_runs $exp_id=$exp_head"
    exp_text="$exp_text$exp_id $exp_head $exp_rest
"
  done <"$exp_dir/trees/$1"
  [ -n "$exp_runs" ]
}

exp_head() { # sets exp_commit and exp_tree, without starting git where the files of an ordinary repository tell them
  exp_commit='' exp_tree=''
  if [ -z "$GIT_DIR" ] && [ -s .git/EXP_TREE ] && read -r exp_word exp_ref <.git/HEAD; then
    case $exp_word in
    ref:) read -r exp_commit <".git/$exp_ref" ;;
    *) exp_commit=$exp_word ;;
    esac
    read -r exp_tree <.git/EXP_TREE
    printf '' >.git/EXP_TREE
  fi
  case $exp_commit-$exp_tree in
  -* | *- | *[!0-9a-f-]*) ;;
  *) return ;;
  esac
  set -- $(git rev-parse HEAD 'HEAD^{tree}')
  exp_commit=$1 exp_tree=$2
  :
}

exp_committed() { # COMMIT TREE: the note and the git tag at once, so that git shows them; `exp` completes them later
  exp_note "commit-$1"
  exp_each "$2" || return
  git notes --ref=exp add -m "$exp_text" "$1"
  case $exp_tag in exp/?*) git update-ref "refs/tags/$exp_tag" "$1" '' ;; esac
}

exp_scan() { # FILE: sets exp_said where it says anything, exp_old where it has trailers of ours already
  exp_said='' exp_old='' exp_open='' exp_count=0
  while IFS= read -r exp_line || { [ -n "$exp_line" ] && exp_open=1; }; do
    case $exp_line in
    Exp-Run:*) exp_said=1 exp_old=1 ;;
    *[![:space:]]*) exp_said=1 ;;
    esac
    exp_count=$((exp_count + 1))
    if [ "$exp_count" = 200 ]; then # too long to be read by a shell: the rest is taken for granted
      exp_old=1 exp_open=$(tail -c 1 "$1")
      break
    fi
  done <"$1"
  [ -z "$exp_open" ] || echo >>"$1" # git would put a trailer right below a line that has no end
}

exp_old_trailers() { # FILE: takes out those that are about to be written anew, and those copied from another commit
  [ -n "$exp_old" ] || return
  set -- "$1" -e 's/^Exp-Run: *-$/&/'
  for exp_run in $exp_runs; do set -- "$@" -e "/^Exp-Run: *${exp_run%%=*}/d"; done
  [ -z "$exp_copied" ] || set -- "$@" -e '/^Exp-Run: *[0-9a-z]\{12\}/d'
  exp_file=$1
  shift
  sed "$@" "$exp_file" >"$exp_file.exp" && cat "$exp_file.exp" >"$exp_file"
  rm -f "$exp_file.exp"
}

exp_trailers() { # FILE: those of exp_runs, put right
  exp_old_trailers "$1"
  exp_file=$1 exp_count=0
  set --
  for exp_run in $exp_runs; do
    exp_word=${exp_run#*=}
    [ "$exp_word" != - ] || exp_word=''
    set -- "$@" --trailer "Exp-Run: ${exp_run%%=*}${exp_word:+ $exp_word}"
    exp_count=$((exp_count + 1))
    [ "$exp_count" -lt "$exp_most" ] || break
  done
  [ $# = 0 ] || git -c trailer.separators=: interpret-trailers --in-place --no-divider --where end \
    --if-exists addIfDifferent --if-missing add "$@" "$exp_file"
}

exp_prepare() { # FILE [SOURCE [COMMIT]]
  exp_here=${1%/*} exp_copied=''
  [ ! -s "$exp_here/EXP_EDITING" ] || printf '' >"$exp_here/EXP_EDITING"
  if [ ! -d "$exp_here/rebase-merge" ]; then
    case "$2 $3" in
    'commit HEAD') ;;
    'commit '*) exp_copied=1 ;;
    *) [ ! -f "$exp_here/CHERRY_PICK_HEAD" ] || exp_copied=1 ;;
    esac
  fi
  exp_tree=$(git write-tree)
  printf %s "${exp_tree:+$exp_tree
}" >"$exp_here/EXP_TREE"
  [ -n "$exp_tree" ] || return
  if ! exp_each "$exp_tree"; then
    [ -z "$exp_copied" ] || { exp_scan "$1" && exp_old_trailers "$1"; }
    return
  fi
  case $2 in
  '' | template) # a person will write: a message left as it is must still end the commit, so commit-msg goes on
    { echo "$exp_tree" && git stripspace -s <"$1"; } >"$exp_here/EXP_EDITING" ;;
  *)
    exp_scan "$1"
    [ -z "$exp_said" ] || exp_trailers "$1" # an empty message must end the commit, too
    ;;
  esac
}

exp_edited() { # FILE, after the editor
  exp_file=${1%/*}/EXP_EDITING exp_copied=''
  [ -s "$exp_file" ] || return
  { read -r exp_tree && exp_before=$(cat); } <"$exp_file"
  printf '' >"$exp_file"
  exp_now=$(git stripspace -s <"$1")
  [ -n "$exp_now" ] && [ "$exp_now" != "$exp_before" ] || return
  exp_each "$exp_tree" && exp_scan "$1" && exp_trailers "$1"
}

exp_merged() { # IS_SQUASH
  [ "$1" = 0 ] || return
  exp_old=$(git rev-parse --verify -q ORIG_HEAD)
  set -- $(git rev-parse HEAD 'HEAD^{tree}')
  [ -z "$exp_old" ] || exp_note "range-$exp_old-$1"
  exp_committed "$1" "$2"
}

exp_switched() { # OLD NEW IS_BRANCH
  [ "$3" = 1 ] && [ "$1" != "$2" ] || return
  case $1 in
  "$exp_nothing"*) exp_note "commit-$2" ;;
  *) exp_note "range-$1-$2" ;;
  esac
}

exp_rewritten() {
  while read -r exp_old exp_new exp_rest; do
    [ -z "$exp_new" ] || exp_note "rewrite-$exp_old-$exp_new"
  done <<EXP_END
$exp_input
EXP_END
}

exp_push() { # REMOTE URL: asks `exp` only where something is to be said, and believes only a clear no
  case $exp_input in
  *refs/tags/*[@#]*) ;;
  *) grep -q '^ *push *=' exp.toml || return ;;
  esac
  exp_answer=$(printf %s "$exp_input" | exp hooks push 2>&3)
  [ "$exp_answer" != 'exp: push refused' ] || exit 87
}

exp_find
case $exp_name in
prepare-commit-msg) exp_prepare "$@" ;;
commit-msg) exp_edited "$@" ;;
post-commit) exp_head && exp_committed "$exp_commit" "$exp_tree" ;;
post-merge) exp_merged "$@" ;;
post-checkout) exp_switched "$@" ;;
post-rewrite) exp_rewritten ;;
pre-push) exp_push "$@" ;;
esac
exit 0

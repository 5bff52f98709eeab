# >>> exp hooks: `exp hooks uninstall` takes these lines away >>>
exp_name=${0##*/} exp_core=.git/exp-hooks
case $exp_name in post-rewrite | pre-push) exp_input=$(cat && echo .) exp_input=${exp_input%.} ;; esac
[ -f "$exp_core" ] || exp_core=$(git rev-parse --git-common-dir 2>/dev/null)/exp-hooks || :
if [ -r "$exp_core" ]; then if (. "$exp_core") 3>&2 2>/dev/null >/dev/null; then :; else [ $? != 87 ] || exit 1; fi; fi
case $exp_name in post-rewrite | pre-push) exec <<EXP_END
${exp_input%
}
EXP_END
;; esac
# <<< exp hooks <<<

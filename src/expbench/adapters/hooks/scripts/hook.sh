#!/bin/sh
# Made by `exp hooks install`; `exp hooks uninstall` gives back what was here before.
exp_name=${0##*/} exp_code=0
exp_before=${0%/*}.before-exp/$exp_name
case $exp_name in
post-rewrite | pre-push)
  exp_input=$(cat && echo .)
  exp_input=${exp_input%.}
  [ ! -x "$exp_before" ] || printf %s "$exp_input" | "$exp_before" "$@" || exp_code=$?
  ;;
*) [ ! -x "$exp_before" ] || "$exp_before" "$@" || exp_code=$? ;;
esac
case $exp_code-$exp_name in
0-* | *-post-*) ;;
*) exit "$exp_code" ;;
esac
[ "$exp_name" != commit-msg ] || [ -s "${1%/*}/EXP_EDITING" ] || exit 0
exp_core=.git/exp-hooks
[ -f "$exp_core" ] || exp_core=$(git rev-parse --git-common-dir 2>/dev/null)/exp-hooks
if [ -r "$exp_core" ]; then
  (. "$exp_core") 3>&2 2>/dev/null >/dev/null
  [ $? != 87 ] || exit 1
fi
exit "$exp_code"

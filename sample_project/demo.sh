#!/bin/sh
# Record three real runs of this sample project, list them and compare two: `make demo` calls it.
#
#     sh demo.sh FOLDER     FOLDER is made anew: the sample as a git repository of its own
#
# Needs `exp`, `dvc` and a `python` with numpy on PATH. Nothing outside FOLDER is touched.
set -eu

sample=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$sample/.." && pwd)
folder=$1

# The DVC of this throwaway project pulls from its own copy of the committed remote.
rm -rf "$folder"
mkdir -p "$folder/.dvc"
folder=$(cd "$folder" && pwd)
(cd "$sample" && git ls-files -z | xargs -0 tar -cf -) | tar -xf - -C "$folder"
cp "$top/.dvc/.gitignore" "$folder/.dvc/.gitignore"
cp "$top/.dvcignore" "$folder/.dvcignore"
sed 's|\.\./sample_project/|../|' "$top/.dvc/config" > "$folder/.dvc/config"

cd "$folder"
git init -q -b main
git add -A
git -c user.name=demo -c user.email=demo@localhost -c commit.gpgSign=false commit -q -m "The sample project"

shown() {
    printf '\n$ %s\n' "$*"
    "$@"
}

shown dvc pull
shown exp run --name first -- python train.py
shown exp run --name faster train -P lr=0.5
shown exp run --name wider -- python train.py --lr 0.5 --hidden 64
shown exp ls
shown exp diff first wider

printf '\nThree runs are recorded in %s. To look around:\n\n' "$folder"
printf '    export PATH="%s:$PATH"\n' "$(dirname "$(command -v python)"):$(dirname "$(command -v exp)")"
printf '    cd %s\n' "$folder"
printf "    exp show wider\n    exp ls 'acc > 0.95' --sort acc\n    exp run -- dvc repro\n    exp repro wider\n    exp\n"

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The man page and the completions that packaging/documents.py writes: they render without a warning, know every command
# and option that --help knows, and complete what is typed.
source "$(dirname "$0")/../engines/lib.sh"
begin /usr/bin/python3 man
/usr/bin/python3 "$repository/packaging/documents.py" "$SCRIM" "$work" || { fail "documents.py" "status $?" && finish; }

# --- man page
same "man renders it without a warning" "" "$(LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings --local-file "$work/scrim.8" 2>&1 >"$work/page")"
matches "it has text" "^ +scrim - OCI container runtime" "$(cat "$work/page")"
if command -v mandoc >/dev/null; then
  same "mandoc finds nothing wrong" "" "$(mandoc -T lint -W warning "$work/scrim.8" 2>&1)"
else
  skip "mandoc finds nothing wrong" "no mandoc here"
fi

# below [COMMAND]: the commands that --help lists.
below() { "$SCRIM" "$@" --help | sed -n '/^Commands/,$s/^  \([a-z-]*\) .*/\1/p'; }
long_options() { "$SCRIM" "$@" --help | sed -n 's/^  \(-[^ ]*\).*/\1/p' | tr , '\n' | grep '^--'; }
commands=$(below)
matches "--help lists commands" "^checkpoint$|^run$" "$commands"

# complete WORD...: what bash offers for the last of them.
complete() {
  bash -c 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _scrim; printf "%s\n" "${COMPREPLY[@]}"' bash "$work/scrim.bash" "$@"
}
sorted() { tr ' ' '\n' | sort; }
same "bash: every command" "$(sorted <<<"$commands")" "$(complete scrim '' | sort)"
same "bash: every global option" "$(long_options | sort)" "$(complete scrim -- | grep '^--' | sort)"
for command in $commands; do
  same "bash: every option of $command" "$(long_options "$command" | sort)" "$(complete scrim --root /run "$command" -- | grep '^--' | sort)"
done
for command in $(below profile); do
  same "bash: every option of profile $command" "$(long_options profile "$command" | sort)" \
    "$(complete scrim profile "$command" -- | grep '^--' | sort)"
done
same "bash: the beginning of a command" "pause pod profile ps" "$(complete scrim p | sort | tr '\n' ' ' | sed 's/ $//')"
same "bash: a choice" "json text" "$(complete scrim --log-format '' | sort | tr '\n' ' ' | sed 's/ $//')"
same "bash: a choice of a command" "asm" "$(complete scrim profile compile --format a)"
same "bash: the value of an option is no command" "$work/scrim.bash" "$(complete scrim --config "$work/scrim.b")"
same "bash: a file" "$work/scrim.bash" "$(complete scrim profile disasm "$work/scrim.b")"
cat >"$work/scrim" <<'END'
#!/bin/sh
[ "$*" = "list --quiet" ] && printf 'one\ntwo\n'
END
chmod +x "$work/scrim"
same "bash: a container" "one two" "$(complete "$work/scrim" kill '' | tr '\n' ' ' | sed 's/ $//')"
same "bash: not another one after it" "" "$(cd "$work" && mkdir empty && cd empty && complete "$work/scrim" kill one '')"

for shell in zsh fish; do
  if ! command -v $shell >/dev/null; then skip "$shell" "not installed" && continue; fi
  if [ $shell = zsh ]; then file=_scrim; else file=scrim.fish; fi
  same "$shell reads its completion" "" "$($shell -n "$work/$file" 2>&1)"
done
if command -v fish >/dev/null; then
  offered() { HOME=$work fish --no-config -c "source $work/scrim.fish; complete -C '$1'" 2>&1 | cut -f1 | sort | tr '\n' ' '; }
  same "fish: the beginning of a command" "pause pod profile ps " "$(offered 'scrim p')"
  matches "fish: an option" "--bundle" "$(offered 'scrim run --bun')"
  same "fish: a choice" "json text " "$(offered 'scrim --log-format ')"
fi
missing=$(
  for word in $commands $(below profile); do
    grep -qE "^ +(profile )?$word$" "$work/page" || echo "$word"
  done
  for option in $(for command in $commands; do long_options "$command"; done | sort -u); do
    grep -qE -- "(^|[ ,])$option( |$|,)" "$work/page" || echo "$option"
  done
)
same "man page: every command and option" "" "$missing"
finish

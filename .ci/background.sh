# shellcheck shell=bash
# Sourced by run: commands that go on in the background, and a folder, $said, that is removed at the end.
# The script's own exit status survives its end, whatever still runs then.
said=$(mktemp --directory)
declare -A background

end_background() {
  local status=$?
  trap - EXIT
  for pid in "${background[@]}"; do kill "$pid" 2>/dev/null || true; done
  rm -rf "$said"
  exit "$status"
}
trap end_background EXIT

# meanwhile NAME COMMAND...: begins what leaves much of the processor idle. Its words are printed by finished.
meanwhile() {
  "${@:2}" >"$said/$1" 2>&1 &
  background[$1]=$!
}

# finished NAME: waits for it, prints its words, and ends the script if it failed.
finished() {
  wait "${background[$1]}" || { cat "$said/$1" >&2; exit 1; }
  unset "background[$1]"
  cat "$said/$1"
}

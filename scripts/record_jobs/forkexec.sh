# forkexec: processes are started and end, with pipes between them. Variable: rounds.
work() {
  local i
  for ((i = 0; i < ${rounds:-150}; i++)); do
    busybox true
    (echo "$i" | cat | wc >/dev/null)
  done
}

# files: small files and directories come and go in memory, programs start, /proc is listed. Variable: rounds.
work() {
  local i
  for ((i = 0; i < ${rounds:-60}; i++)); do
    busybox true
    mkdir "/tmp/q$i"
    echo x >"/tmp/q$i/f"
  done
  find /proc -maxdepth 2 >/dev/null 2>&1 || true
  rm -rf /tmp/q*
}

# pages: memory comes and goes by the page: large files in memory, a program that grows, caches. Variable: rounds.
# record: --pages
work() {
  local i grown
  for ((i = 0; i < ${rounds:-20}; i++)); do
    dd if=/dev/zero of="/tmp/big$i" bs=64k count=32 2>/dev/null
    grown=$(head -c 1000000 /dev/zero | tr '\0' x)
    echo "round $i: ${#grown} bytes"
    if ((i % 3 == 2)); then rm /tmp/big*; fi
  done
  rm -f /tmp/big*
  echo 3 >/proc/sys/vm/drop_caches
}

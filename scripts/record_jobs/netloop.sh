# netloop: TCP and echo requests over the loopback interface, so that many events are in softirqs. Variable: rounds.
# record: --irq --sched
work() {
  local i port
  for ((i = 0; i < ${rounds:-40}; i++)); do
    port=$((9000 + i))
    nc -l -p "$port" >/dev/null &
    usleep 50000
    head -c 200000 /dev/zero | nc 127.0.0.1 "$port"
    wait
  done
  ping -c 20 -i 0.01 127.0.0.1 >/dev/null
  if [[ ${rounds:-40} -ge 40 ]] && command -v stress-ng >/dev/null; then
    stress-ng --sock 2 --udp 2 --timeout 3 >/dev/null 2>&1
  fi
}

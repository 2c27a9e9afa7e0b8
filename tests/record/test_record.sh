#!/bin/bash
# scripts/record against a made-up tracefs: what it refuses and with which words, what it writes into an instance, that
# nothing stays behind after an end, Ctrl-C or a kill, and what it says about losses. A real tracefs fills a directory
# made in instances/ and empties it on rmdir; `mkdir`, `rmdir` and trace-cmd are stand-ins here that do the same.
# Needs no rights. Usage: test_record.sh SOURCE_DIR
set -euo pipefail
source_dir=$1
record=$source_dir/scripts/record
room=$(mktemp -d "${TMPDIR:-/tmp}/kmemlab-test-record.XXXXXX")
trap 'rm -rf "$room"' EXIT
cd "$room"
export TMPDIR=$room/tmp REAL_PATH=$PATH ROOM=$room KMEMLAB_TRACEFS=$room/tracing
unset SUDO_UID
mkdir tmp bin
# The programs that scripts/record may use, and no others: a trace-cmd of this machine stays out of sight.
for program in awk bash cat chown dd find grep gzip head id mktemp mv rm sed seq sleep sort tail true false wc; do
  ln -s "$(command -v "$program")" "bin/$program"
done
checks=0 failures=0

# --- the made-up machine --------------------------------------------------------------------------------------------
# make_tracefs OPTION...: one with 2 CPUs whose instances have these options.
make_tracefs() {
  local event cpu
  rm -rf tracing template
  mkdir -p tracing/instances tracing/per_cpu/cpu{0,1} template/options template/per_cpu/cpu{0,1}
  echo "[local] global mono" | tee tracing/trace_clock >template/trace_clock
  echo 1408 >tracing/buffer_size_kb
  echo nop >tracing/current_tracer
  echo 1 | tee tracing/tracing_on >tracing/ftrace_enabled
  : >tracing/set_event
  for event in kmem/{kmalloc,kfree,kmem_cache_alloc,kmem_cache_free,mm_page_alloc,mm_page_free} \
    irq/softirq_{entry,exit} sched/sched_switch; do
    mkdir -p "tracing/events/$event" "template/events/$event"
    echo 0 | tee "tracing/events/$event/enable" >"template/events/$event/enable"
  done
  for cpu in 0 1; do
    echo "entries: 0" >"tracing/per_cpu/cpu$cpu/stats"
    printf '%s\n' "entries: 3" "overrun: 0" "commit overrun: 0" "dropped events: 0" "read events: 0" \
      >"template/per_cpu/cpu$cpu/stats"
    echo "page of cpu$cpu" >"template/per_cpu/cpu$cpu/trace_pipe_raw"
  done
  echo 1408 >template/buffer_size_kb
  echo 1 >template/tracing_on
  for event in "$@"; do echo 9 >"template/options/$event"; done
  cp "$source_dir/traces/samples/ten-events.txt" template/trace
  cp template/trace template/trace_pipe
  remember
}
remember() { find tracing -type f -exec sha256sum {} + | sort >before; }
cat >bin/mkdir <<'END'
#!/bin/bash
PATH=$REAL_PATH
[[ $1 == */instances/* ]] || exec mkdir "$@"
[[ ! -e $ROOM/no_rights ]] || { echo "mkdir: cannot create directory: Operation not permitted" >&2; exit 1; }
cp -r "$ROOM/template" "$1"
END
cat >bin/rmdir <<'END'
#!/bin/bash
PATH=$REAL_PATH
rm -rf "$ROOM/seen"
mv "$1" "$ROOM/seen"
END
cat >bin/trace-cmd <<'END'
#!/bin/bash
PATH=$REAL_PATH
echo "$*" >>"$ROOM/trace-cmd.log"
case $1 in
  restore) cat "${@:4}" >"$3" ;;
  record)
    echo mono >"$ROOM/tracing/trace_clock"
    echo 40000 >"$ROOM/tracing/buffer_size_kb"
    echo 0 >"$ROOM/tracing/tracing_on"
    [[ ! -e $ROOM/trace_cmd_fails ]] || { echo "trace-cmd: no"; exit 1; }
    while [[ $1 != -o ]]; do shift; done
    echo recorded >"$2"
    "${@:3}"
    ;;
  report) printf '%s\n' "CPU: 0" "entries: 0" "overrun: 7" "commit overrun: 0" "dropped events: 0" ;;
esac
END
chmod +x bin/{mkdir,rmdir,trace-cmd}
mv bin/trace-cmd trace-cmd.off

check() {
  checks=$((checks + 1))
  if ! "${@:2}"; then
    failures=$((failures + 1))
    echo "FAILED: $1"
    sed 's/^/  | /' said
  fi
}
# run CODE ARGUMENTS...: scripts/record, whose words go to `said`.
run() {
  local code=0
  PATH=$room/bin bash "$record" "${@:2}" >said 2>&1 </dev/null || code=$?
  check "record ${*:2}: exit code $code, expected $1" test "$code" -eq "$1"
}
said() { check "says '$1'" grep -qF -- "$1" said; }
holds() { check "$1 is '$2', is '$(cat "$1" 2>&1)'" test "$(cat "$1" 2>/dev/null)" == "$2"; }
nothing_stays() {
  check "instances is empty" test -z "$(ls tracing/instances)"
  check "tmp is empty" test -z "$(ls tmp)"
  check "no half-made file" test -z "$(find . -maxdepth 1 -name '*.part')"
  find tracing -type f -exec sha256sum {} + | sort >after
  check "the top level is as it was" cmp -s before after
}

# --- words ----------------------------------------------------------------------------------------------------------
make_tracefs hash-ptr fields
run 0 --help
said "example: sudo scripts/record"
run 2 --frobnicate
said "unknown option '--frobnicate'"
run 2 --seconds many
run 2 --buffer 0
run 2 -o
KMEMLAB_TRACEFS=$room/nowhere run 1
said "scripts/record_guest"
rm -r tracing/events/kmem/kmalloc
run 1 -o a.txt
said "no event kmem:kmalloc"
make_tracefs hash-ptr
echo "[local] counter" >tracing/trace_clock
run 1 -o a.txt
said "no clock that orders events"
make_tracefs hash-ptr
touch no_rights
run 1 -o a.txt
said "Operation not permitted"
said "record_guest"
rm no_rights
nothing_stays
run 1 -o a.dat
said "trace-cmd"
run 1 -o a.dat --tracefs
said "looks binary"

# --- text -----------------------------------------------------------------------------------------------------------
run 0 -o a.txt --buffer 512 --sched -- true
check "the text is what the kernel has" cmp -s a.txt "$source_dir/traces/samples/ten-events.txt"
holds seen/options/hash-ptr 0
holds seen/trace_clock global
holds seen/buffer_size_kb 512
holds seen/tracing_on 0
holds seen/events/kmem/kmalloc/enable 0
check "buddyinfo is saved" test -s a.buddyinfo.before -a -s a.buddyinfo.after
said "recording kmalloc kfree kmem_cache_alloc kmem_cache_free sched_switch;"
said "nothing was lost"
said "build/release/kmemlab info a.txt"
nothing_stays

run 0 -o b.txt.gz --pages --irq -- true
said "mm_page_free softirq_entry softirq_exit;"
check "packed" cmp -s <(gzip -dc b.txt.gz) template/trace
run 0 -o c.txt --stream -- true
check "streamed" cmp -s c.txt template/trace
run 0 -o d.txt --hashed -- true
holds seen/options/hash-ptr 9
said "pointers are hashed, as asked"
run 0 -o e.txt --seconds 0
run 0 -o f.txt -- false
said "the command's exit code was 1"

make_tracefs fields
run 0 -o g.txt -- true
holds seen/options/fields 1
make_tracefs
run 0 -o h.txt -- true
said "this kernel hashes pointers"
sed 's/gfp_flags=[^ ]*/gfp_flags= /' "$source_dir/traces/samples/ten-events.txt" >template/trace
run 0 -o i.txt -- true
said "flags and cache names empty"
make_tracefs hash-ptr
printf '%s\n' "entries: 100" "overrun: 350" "commit overrun: 0" "dropped events: 50" >template/per_cpu/cpu1/stats
run 0 -o j.txt --buffer 64 -- true
said "LOST 400 events"
said "--buffer 512"

# --- signals --------------------------------------------------------------------------------------------------------
# signal NAME: records for a minute, and sends the signal when the recording runs.
signal() {
  rm -f said
  # A shell's background children ignore SIGINT; Ctrl-C is not sent to such.
  perl -e '$SIG{INT} = "DEFAULT"; exec @ARGV' env "PATH=$room/bin" "$room/bin/bash" "$record" -o "$1.txt" \
    --seconds 60 >said 2>&1 </dev/null &
  local pid=$! turn
  for ((turn = 0; turn < 600; turn++)); do
    if grep -qs 'Ctrl-C ends it' said && [[ $(cat tracing/instances/*/tracing_on 2>/dev/null) == 1 ]]; then break; fi
    sleep 0.05
  done
  sleep 0.2
  kill -"$1" "$pid"
  code=0
  wait "$pid" || code=$?
}
signal INT
check "Ctrl-C: exit code $code" test "$code" -eq 0
check "Ctrl-C keeps what there is" cmp -s INT.txt template/trace
said "ended early"
nothing_stays
signal TERM
check "TERM: exit code $code" test "$code" -eq 143
check "TERM keeps nothing" test -z "$(find . -maxdepth 1 -name 'TERM*')"
nothing_stays

# --- binary, in buffers of our own ----------------------------------------------------------------------------------
mv trace-cmd.off bin/trace-cmd
echo kmem:kfree >tracing/set_event
remember
run 0 -o k.dat -- true
said "somebody is tracing"
check "one page of each CPU" cmp -s k.dat <(echo "page of cpu0"; echo "page of cpu1")
check "restored by trace-cmd" grep -q '^restore -o k.dat.part' trace-cmd.log
nothing_stays
: >tracing/set_event
remember
run 0 -o l.dat --instance -- true
nothing_stays

rm tracing/ftrace_enabled
mkdir -p tracing/ftrace_enabled  # cannot be written to
run 0 -o m.dat -- true
check "in an instance where trace-cmd record would give up" cmp -s k.dat m.dat

# --- binary, streamed by trace-cmd ----------------------------------------------------------------------------------
make_tracefs hash-ptr
run 0 -o n.dat --sched --buffer 100 -- true
holds n.dat recorded
check "what trace-cmd is asked for" \
  grep -q "^record -C global -b 100 -e kmem:kmalloc .*-e sched:sched_switch -o n.dat.part true" trace-cmd.log
said "LOST 7 events"
holds tracing/trace_clock local
holds tracing/buffer_size_kb 1408
holds tracing/tracing_on 1
echo "[local] global mono" >tracing/trace_clock
touch trace_cmd_fails
run 1 -o o.dat -- true
said "trace-cmd record failed"
holds tracing/trace_clock local
holds tracing/tracing_on 1
check "no output" test ! -e o.dat

# --- scripts/record_guest: only what it says before it makes a guest ------------------------------------------------
guest() {
  local code=0
  bash "$source_dir/scripts/record_guest" "${@:2}" >said 2>&1 </dev/null || code=$?
  check "record_guest ${*:2}: exit code $code, expected $1" test "$code" -eq "$1"
}
guest 0 --help
said "example: scripts/record_guest --job netloop"
for job in "$source_dir"/scripts/record_jobs/*.sh; do
  said "  $(basename "$job" .sh): "
  check "$job is a shell script" bash -n "$job"
  check "$job has its work" grep -q '^work() {$' "$job"
done
guest 2 --job nonsense
said "  netloop: "
guest 2 --as pictures
guest 2 --memory much
guest 2 --name ../up
guest 2 -o

if command -v shellcheck >/dev/null; then
  for script in record record_guest record_jobs/run ../tests/record/test_record.sh; do
    shellcheck "$source_dir/scripts/$script" >said 2>&1 || check "shellcheck $script" false
  done
else
  echo "SKIPPED: no shellcheck"
fi

echo "$checks checks, $failures failed"
[[ $failures -eq 0 ]]

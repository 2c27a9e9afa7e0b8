# ext4tree: a file tree is created, listed, renamed and deleted on ext4, and caches are dropped. Variable: rounds.
# record: --pages
setup() {
  dd if=/dev/zero of=/tmp/disk bs=1M count=128 2>/dev/null
  mke2fs -q -t ext4 /tmp/disk
  mkdir -p /mnt/tree
  mount -t ext4 -o loop /tmp/disk /mnt/tree
}
work() {
  local i j
  cd /mnt/tree || return
  for ((i = 0; i < ${rounds:-40}; i++)); do
    mkdir "d$i"
    for ((j = 0; j < 25; j++)); do echo "hello $i $j" >"d$i/f$j"; done
  done
  sync
  find . -type f | wc -l
  mv d3 e3
  rm -rf d1*
  echo 2 >/proc/sys/vm/drop_caches
  find . | wc -l
  rm -rf d2*
  tar cf /tmp/tree.tar .
  sync
}

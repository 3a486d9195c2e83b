#!/bin/sh
# Checks a dossier without the program that made it, and without a network.
#
#   sh verify.sh [--roots FILE] [--key FINGERPRINT] [FOLDER]
#
# --roots  certificates (PEM) of time-stamping authorities that YOU trust, for instance taken from the trusted lists of
#          the European Union. Without them a token is checked against the certificates that lie with it.
# --key    the fingerprint of the log's key, as you were given it by another way.
# FOLDER   the dossier; without it, the folder this script lies in. If you do not trust the script in a dossier, run
#          one that you trust on the folder.
#
# Each check prints one line: OK, FAILED, AWAITING (not there yet) or NOTE (to be known), the check, and the place.
# Exit 0: nothing failed; 1: something failed; 2: the check could not be made.
# Needs: sh, openssl 3 or later, coreutils, xxd, grep, sed. Nothing of the dossier is ever run.
#
# No `set -e`: inside `if`, `&&` and functions it does not stop where one thinks. Each result is looked at by itself.

LC_ALL=C
export LC_ALL
unset CDPATH ENV BASH_ENV
NL='
'
IFS=" 	$NL"
umask 077

PART='[A-Za-z0-9][A-Za-z0-9._-]*'
B64='[A-Za-z0-9+/]\{43\}='
HEX='[0-9a-f]\{64\}'
AT='[0-9]\{4\}-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]\.[0-9]\{3\}Z'
WANTED=2     # time-stamps, of different authorities
LATE=60      # seconds between our clock and a token beyond which both are shown
roots='' key=''
origin='' size='' root='' key_id='' captures='' earlier=''

usage() { echo "usage: sh verify.sh [--roots FILE] [--key FINGERPRINT] [FOLDER]" >&2; exit 2; }

while [ $# -gt 0 ]; do
  case $1 in
    --roots) [ $# -ge 2 ] || usage; roots=$2; shift 2 ;;
    --key) [ $# -ge 2 ] || usage; key=$2; shift 2 ;;
    --) shift; break ;;
    -*) usage ;;
    *) break ;;
  esac
done
[ $# -le 1 ] || usage

lacking=0
for tool in openssl sha256sum xxd grep sed sort comm uniq cut tail wc base64 date mktemp dirname cat rm; do
  command -v "$tool" >/dev/null 2>&1 || { echo "UNCHECKED tool $tool"; lacking=1; }
done
[ "$lacking" = 0 ] || exit 2
case $(openssl version 2>/dev/null) in
  "OpenSSL "[3-9].* | "OpenSSL "[1-9][0-9].*) ;;
  *) echo "UNCHECKED tool openssl-3"; exit 2 ;;
esac
date -u -d 2026-01-01T00:00:00Z +%s >/dev/null 2>&1 || { echo "UNCHECKED tool date"; exit 2; }   # not that of coreutils
if [ -n "$roots" ]; then
  [ -f "$roots" ] && [ -r "$roots" ] || { echo "UNCHECKED roots"; exit 2; }
  case $roots in /*) ;; *) roots=$PWD/$roots ;; esac
fi
here=${1:-$(dirname -- "$0")}
cd -- "$here" 2>/dev/null || { echo "UNCHECKED folder"; exit 2; }
work=$(mktemp -d) || { echo "UNCHECKED folder"; exit 2; }
trap 'rm -rf -- "$work"' EXIT
trap 'exit 2' HUP INT TERM

say() { printf '%s\n' "$*" >>"$work/report"; }
have() { case $NL$found$NL in *"$NL$1$NL"*) return 0 ;; esac; return 1; }
sum_of() { while read -r sum path; do [ "$path" != "$1" ] || { echo "$sum"; return; }; done <"$work/actual"; }
sha() { digest=$(sha256sum); echo "${digest%% *}"; }
: >"$work/report"; : >"$work/found"; : >"$work/faults"; : >"$work/actual"; : >"$work/listed"

# --- What is there: plain files with plain names, nothing that leads elsewhere -------------------------------------

walk() {   # folder, depth
  for name in "$1"/* "$1"/.[!.]* "$1"/..?*; do
    [ -e "$name" ] || [ -L "$name" ] || continue
    case ${name##*/} in
      *[!A-Za-z0-9._-]* | [!A-Za-z0-9]*) printf '%s\n' "FAILED name ${1#./}" >>"$work/faults"; continue ;;
    esac
    if [ -L "$name" ]; then printf '%s\n' "FAILED link ${name#./}" >>"$work/faults"
    elif [ -d "$name" ]; then
      if [ "$2" -ge 8 ]; then printf '%s\n' "FAILED depth ${name#./}" >>"$work/faults"; else walk "$name" $(($2 + 1)); fi
    elif [ -f "$name" ]; then printf '%s\n' "${name#./}" >>"$work/found"
    else printf '%s\n' "FAILED special ${name#./}" >>"$work/faults"
    fi
  done
}
walk . 1
sort -o "$work/found" "$work/found"
found=$(cat "$work/found")
sort -u "$work/faults" >>"$work/report"

# The names hold no space and no sign that a shell reads, so that they may be split here.
# shellcheck disable=SC2046
[ ! -s "$work/found" ] || sha256sum -- $found 2>/dev/null >"$work/actual"
sort -o "$work/actual" "$work/actual"

# --- Sums: every file is listed, every listed file is there, and is what it was ------------------------------------

sums_good=0
if have SHA256SUMS; then
  if [ -s SHA256SUMS ] && ! grep -aqv "^$HEX  \($PART/\)*$PART\$" SHA256SUMS &&
     [ "$(tail -c 1 SHA256SUMS | xxd -p)" = 0a ] && [ -z "$(cut -c67- SHA256SUMS | sort | uniq -d)" ]; then
    sums_good=1
    cut -c67- SHA256SUMS | sort >"$work/listed"
  else
    say "FAILED sums-format SHA256SUMS"
  fi
fi
captures=$(sed -n 's|^\(captures/[^/]*\)/.*|\1|p' "$work/found" | sort -u)
earlier=$(sed -n 's|^log/checkpoint\.\([1-9][0-9]*\)$|\1|p' "$work/found" | sort -n)
{
  cat "$work/listed"
  for name in SHA256SUMS dossier.json log/key.pub log/checkpoint log/custody.json; do echo "$name"; done
  for folder in . $captures; do
    [ "$folder" = . ] && folder='' || { folder=$folder/; echo "${folder}manifest.json"; echo "${folder}SHA256SUMS"; }
    echo "${folder}seal/entry.json"; echo "${folder}seal/inclusion.tlog-proof"
  done
  for size in $earlier; do echo "log/consistency.$size"; done
  sed -n 's|^\(.*seal/\)[a-z]*\.tsr\.\([a-z0-9-]*\)$|\1tsa-chain.\2.pem|p' "$work/found"
} | sort -u | comm -23 - "$work/found" | sed 's/^/FAILED missing /' >>"$work/report"
if [ "$sums_good" = 1 ]; then
  comm -13 "$work/listed" "$work/found" | grep -vx SHA256SUMS | sed 's/^/FAILED unlisted /' >>"$work/report"
  sort SHA256SUMS >"$work/sums"
  comm -12 "$work/sums" "$work/actual" | cut -c67- >"$work/same"
  sort -o "$work/same" "$work/same"
  { sed 's/^/OK sum /' "$work/same"
    comm -12 "$work/listed" "$work/found" | comm -23 - "$work/same" | sed 's/^/FAILED sum /'; } |
    sort -k3 >>"$work/report"
fi

# --- What manifests and dossier.json say of the files --------------------------------------------------------------

files_in() {   # "sum  path" of each file that a manifest names, sorted
  grep -ao "{\"bytes\":[0-9]*,\"path\":\"[A-Za-z0-9._/-]*\",\"sha256\":\"$HEX\"}" "$1" |
    sed 's/.*"path":"\([^"]*\)","sha256":"\([^"]*\)".*/\2  \1/' | sort
}
compare() {   # check, place, prefix of paths: two sorted lists, "named" and "are"
  differing=$(comm -3 "$work/named" "$work/are" | sed 's/^	//' | cut -c67- | sort -u)
  [ -n "$differing" ] || say "OK $1 $2"
  for path in $differing; do say "FAILED $1 $3$path"; done
}
field() { sed -n "s/.*\"$2\":\"\([^\"]*\)\"$3.*/\1/p" "$1"; }   # file, key, what follows

# What is made after dossier.json was logged cannot stand in it; it is checked by itself below.
LATER='dossier\.json|SHA256SUMS|seal/.*|log/checkpoint(\.[^/]*)?|log/consistency\.[^/]*|captures/[^/]*/seal/inclusion\.tlog-proof'
if have dossier.json; then
  files_in dossier.json >"$work/named"
  grep -vE "^.{66}($LATER)\$" "$work/actual" >"$work/are"
  compare dossier dossier.json ''
  if have log/custody.json; then
    if [ "$(field dossier.json custody ',"exported_at"')" = "$(sum_of log/custody.json)" ]; then say "OK custody log/custody.json"
    else say "FAILED custody log/custody.json"; fi
  fi
fi
for folder in $captures; do
  have "$folder/manifest.json" || continue
  files_in "$folder/manifest.json" >"$work/named"
  sed -n "s|^\($HEX  \)$folder/|\1|p" "$work/actual" | grep -vE '^.{66}(manifest\.json|SHA256SUMS|seal/.*)$' >"$work/are"
  compare manifest "$folder/manifest.json" "$folder/"
  if have "$folder/SHA256SUMS"; then
    { cat "$work/named"; echo "$(sum_of "$folder/manifest.json")  manifest.json"; } | sort -k2 >"$work/sums"
    if [ "$(sha <"$work/sums")" = "$(sum_of "$folder/SHA256SUMS")" ]; then say "OK capture-sums $folder/SHA256SUMS"
    else say "FAILED capture-sums $folder/SHA256SUMS"; fi
  fi
  doubts=$(sed -n 's/.*"doubts":\[\([a-z_",]*\)\].*/\1/p' "$folder/manifest.json" | sed 's/"//g;q')
  [ -z "$doubts" ] || say "NOTE time-doubtful $folder/manifest.json $doubts"
done

# --- The log: its key, its signed head, and older heads that left the house ----------------------------------------

unpack() { printf '%s' "$1" | base64 -d 2>/dev/null; }
to_hex() { unpack "$1" | xxd -p -c 64; }
node() { printf '01%s%s' "$1" "$2" | xxd -r -p | sha; }   # RFC 6962: what stands above two hashes, in hexadecimal
is_hash() { [ ${#1} = 44 ] && printf '%s\n' "$1" | grep -q "^$B64\$"; }
is_number() { case $1 in 0) ;; '' | 0* | *[!0-9]*) return 1 ;; *) [ ${#1} -le 18 ] ;; esac; }

read_head() {   # file -> origin, size, root (hexadecimal); the signature is another matter
  origin='' size='' packed=''
  { IFS= read -r origin; IFS= read -r size; IFS= read -r packed; } <"$1"
  [ -n "$origin" ] && is_number "$size" && is_hash "$packed" && root=$(to_hex "$packed")
}
signed() {   # file: whether the log's key signed the head in it, and every line under it is a signature
  read_head "$1" && [ "$(tail -c 1 "$1" | xxd -p)" = 0a ] || return 1
  sed '/^$/,$d' "$1" >"$work/body"
  signature='' lines=0
  sed '1,/^$/d' "$1" >"$work/under"
  ! grep -aqv '^— [^ +]* [A-Za-z0-9+/=]*$' "$work/under" || return 1
  while read -r dash name packed; do
    lines=$((lines + 1))
    [ -z "$signature" ] && [ "$name" = "$origin" ] && [ "$(unpack "$packed" | xxd -p -l 4)" = "$key_id" ] && signature=$packed
  done <"$work/under"
  [ "$lines" -gt 0 ] && [ -n "$signature" ] || return 1
  unpack "$signature" | tail -c +5 >"$work/signature"
  openssl pkeyutl -verify -pubin -inkey log/key.pub -rawin -in "$work/body" -sigfile "$work/signature" >/dev/null 2>&1
}

head_good=0 head_sum=$(sum_of log/checkpoint)
if have log/key.pub; then
  openssl pkey -pubin -in log/key.pub -outform DER -out "$work/key" >/dev/null 2>&1 || : >"$work/key"
  if [ "$(xxd -p -l 12 "$work/key")" = 302a300506032b6570032100 ] && [ "$(wc -c <"$work/key")" -eq 44 ]; then
    fingerprint=$(tail -c 32 "$work/key" | sha)
    named=''
    [ ! -f dossier.json ] || named=$(field dossier.json key ',"log"')
    if [ "$named" = "$fingerprint" ] && [ "${key:-$fingerprint}" = "$fingerprint" ]; then
      say "OK key log/key.pub $fingerprint"
      [ -n "$key" ] || say "NOTE key-uncompared log/key.pub $fingerprint"
    else say "FAILED key log/key.pub"; fi
    if have log/checkpoint; then
      read_head log/checkpoint
      key_id=$({ printf '%s\n\001' "$origin"; tail -c 32 "$work/key"; } | sha | cut -c1-8)
      if signed log/checkpoint; then head_good=1; say "OK signature log/checkpoint $size"
      else say "FAILED signature log/checkpoint"; fi
    fi
  else
    say "FAILED key log/key.pub"
    ! have log/checkpoint || say "FAILED signature log/checkpoint"
  fi
fi
head_origin=$origin head_size=$size head_root=$root

hashes_of() {   # file, lines before the hashes -> the hashes, in hexadecimal, one a line; false where a line is none
  sed '/^$/,$d' "$1" | tail -n +$(($2 + 1)) >"$work/packed"
  [ "$(wc -l <"$work/packed")" -le 63 ] && ! grep -qv "^$B64\$" "$work/packed" || return 1
  while IFS= read -r packed; do unpack "$packed"; done <"$work/packed" | xxd -p -c 32 >"$work/hashes"
}
same_head() { [ -n "$head_sum" ] && [ "$(sed '1,/^$/d' "$1" | sha)" = "$head_sum" ]; }   # the head under a proof is ours

included() {   # file of the proof, hash of the leaf (RFC 9162, 2.1.3.2)
  same_head "$1" && [ "$(sed -n 1p "$1")" = 'c2sp.org/tlog-proof@v1' ] || return 1
  skip=2 line=$(sed -n 2p "$1")
  case $line in extra\ *) skip=3 line=$(sed -n 3p "$1") ;; esac
  place=${line#index } leaf=$2
  [ "index $place" = "$line" ] && is_number "$place" && [ "$place" -lt "$head_size" ] && hashes_of "$1" $skip || return 1
  last=$((head_size - 1))
  while IFS= read -r beside; do
    [ "$last" -ne 0 ] || return 1
    if [ $((place & 1)) -eq 1 ] || [ "$place" -eq "$last" ]; then
      leaf=$(node "$beside" "$leaf")
      while [ $((place & 1)) -eq 0 ] && [ "$place" -ne 0 ]; do place=$((place >> 1)) last=$((last >> 1)); done
    else
      leaf=$(node "$leaf" "$beside")
    fi
    place=$((place >> 1)) last=$((last >> 1))
  done <"$work/hashes"
  [ "$last" -eq 0 ] && [ "$leaf" = "$head_root" ]
}
goes_on() {   # file, size and root of the older head (RFC 9162, 2.1.4.2)
  same_head "$1" && [ "$(sed -n 1p "$1")" = "old $2" ] && hashes_of "$1" 1 || return 1
  [ "$2" -le "$head_size" ] || return 1
  if [ "$2" -eq "$head_size" ]; then [ ! -s "$work/hashes" ] && [ "$3" = "$head_root" ]; return; fi
  place=$(($2 - 1)) last=$((head_size - 1)) was=''
  [ $(($2 & ($2 - 1))) -ne 0 ] || was=$3
  now=$was
  while [ $((place & 1)) -eq 1 ]; do place=$((place >> 1)) last=$((last >> 1)); done
  while IFS= read -r beside; do
    if [ -z "$was" ]; then was=$beside now=$beside; continue; fi
    [ "$last" -ne 0 ] || return 1
    if [ $((place & 1)) -eq 1 ] || [ "$place" -eq "$last" ]; then
      was=$(node "$beside" "$was") now=$(node "$beside" "$now")
      while [ $((place & 1)) -eq 0 ] && [ "$place" -ne 0 ]; do place=$((place >> 1)) last=$((last >> 1)); done
    else
      now=$(node "$now" "$beside")
    fi
    place=$((place >> 1)) last=$((last >> 1))
  done <"$work/hashes"
  [ "$last" -eq 0 ] && [ "$was" = "$3" ] && [ "$now" = "$head_root" ]
}

for older in $earlier; do
  if [ -n "$head_origin" ] && [ -n "$key_id" ] && signed "log/checkpoint.$older" && [ "$origin" = "$head_origin" ] &&
     [ "$size" = "$older" ]; then
    say "OK signature log/checkpoint.$older $size"
    if have "log/consistency.$older"; then
      if [ "$head_good" = 1 ] && goes_on "log/consistency.$older" "$older" "$root"; then say "OK consistency log/consistency.$older"
      else say "FAILED consistency log/consistency.$older"; fi
    fi
  else
    say "FAILED signature log/checkpoint.$older"
    ! have "log/consistency.$older" || say "FAILED consistency log/consistency.$older"
  fi
done

# --- Seals: entry, place in the log, time-stamps; of each capture, then of the dossier itself ----------------------

token() {   # folder of the seal, what is stamped, the token
  authority=${3##*.tsr.} chain=$1/tsa-chain.${3##*.tsr.}.pem
  told=$(openssl ts -reply -in "$3" -text 2>/dev/null)
  when=$(printf '%s\n' "$told" | sed -n 's/^Time stamp: \([A-Za-z]* *[0-9]* [0-9:]*\)\(\.[0-9]*\)\{0,1\} \([0-9]* GMT\)$/\1 \3/p')
  stamped=$(date -u -d "${when:-none}" '+%s %Y-%m-%dT%H:%M:%SZ' 2>/dev/null) || stamped=''
  if [ -z "$stamped" ] || ! have "$chain"; then say "FAILED token $3"; return; fi
  second=${stamped% *} stamped=${stamped#* } anchored=0
  if [ -n "$roots" ] && openssl ts -verify -data "$2" -in "$3" -CAfile "$roots" -untrusted "$chain" -attime "$second" \
     >/dev/null 2>&1; then anchored=1
  elif ! openssl ts -verify -data "$2" -in "$3" -CAfile "$chain" -partial_chain -attime "$second" >/dev/null 2>&1; then
    say "FAILED token $3"; return
  fi
  say "OK token $3 $stamped"
  if [ "$anchored" = 1 ]; then say "OK anchored $chain"; else say "NOTE unanchored $chain"; fi
  told=${told##*TST info:}   # what the authority signed; all before it can be changed by anybody
  case $seen in
    *"$told"*) say "NOTE same-stamp $3" ;;
    *) seen=$seen$NL$told stamps="$stamps${stamps:+,}$authority" count=$((count + 1)) ;;
  esac
  [ -n "$entered_s" ] || return
  apart=$((second - entered_s))
  if [ "$apart" -gt "$LATE" ]; then say "NOTE stamped-late $3 entered=$entered stamped=$stamped"
  elif [ "$apart" -lt "-$LATE" ]; then say "NOTE time-doubtful $3 entered=$entered stamped=$stamped"; fi
}
seal() {   # folder of the seal, what is sealed, its kind
  entered='' entered_s=''
  if have "$1/entry.json" && have "$2"; then
    number=$(field "$2" number ',"operator"')
    form="{\"at\":\"$AT\",\"digest\":\"$(sum_of "$2")\",\"kind\":\"$3\",\"number\":\"$PART\"\(,\"previous\":\"$HEX\"\)\{0,1\},\"who\":\"[^\"]*\"}"
    if [ "$(wc -l <"$1/entry.json")" -eq 0 ] && grep -aqx "$form" "$1/entry.json" &&
       [ "$(sed 's/.*"number":"\([^"]*\)".*/\1/' "$1/entry.json")" = "$number" ]; then
      entered=$(sed 's/^{"at":"\([^"]*\)".*/\1/' "$1/entry.json")
      entered_s=$(date -u -d "${entered%.*}Z" +%s 2>/dev/null)
    fi
    if [ -n "$entered_s" ]; then say "OK entry $1/entry.json $entered"; else say "FAILED entry $1/entry.json"; fi
  fi
  if have "$1/inclusion.tlog-proof" && have "$1/entry.json"; then
    if [ "$head_good" = 1 ] && included "$1/inclusion.tlog-proof" "$({ printf '\000'; cat "$1/entry.json"; } | sha)"; then
      say "OK inclusion $1/inclusion.tlog-proof"
    else
      say "FAILED inclusion $1/inclusion.tlog-proof"
    fi
  fi
  have "$2" || return
  stamps='' count=0 seen=''
  for file in $(sed -n "s|^\($1/[a-z]*\.tsr\.[a-z0-9-]*\)\$|\1|p" "$work/found"); do token "$1" "$2" "$file"; done
  [ "$count" -ge "$WANTED" ] || say "AWAITING stamp $1 $count-of-$WANTED${stamps:+ has=$stamps}"
}
for folder in $captures; do seal "$folder/seal" "$folder/manifest.json" capture; done
seal seal dossier.json export

# --- The verdict ----------------------------------------------------------------------------------------------------

cat "$work/report"
if grep -q '^FAILED' "$work/report"; then
  printf '\n%s\n%s\n' "Refusé : ce dossier n'est pas celui qui a été scellé." "Refused: this dossier is not the one that was sealed."
  exit 1
fi
if grep -q '^AWAITING' "$work/report"; then
  printf '\n%s\n%s\n' "Intact, mais des horodatages manquent encore." "Unchanged, but time-stamps are still missing."
  exit 0
fi
printf '\n%s\n%s\n' "Intact, dans le journal, horodaté." "Unchanged, in the log, time-stamped."
exit 0

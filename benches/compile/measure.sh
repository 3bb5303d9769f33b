#!/bin/bash
# Processor seconds, user and system, that this crate takes to compile with each of its features, with none and with all; gprime is built before.
# `release` first asks for that profile; names of features ask for these alone: `benches/compile/measure.sh release gradient hessian`.
set -e
cd "$(dirname "$0")"
export CARGO_INCREMENTAL=0
[ "$1" = release ] && { profile=--release; shift; }
ways=${*:-none $(sed -n '/^\[features\]/,$s/ = .*//p' Cargo.toml) all}
TIMEFORMAT='%U %S'
for way in $ways; do
    case $way in
    none) features= ;;
    all) features=--all-features ;;
    *) features="--features $way" ;;
    esac
    cargo build -q $profile $features
    touch src/main.rs
    { time cargo build -q $profile $features; } 2>&1 | awk -v way="$way" '{ printf "%-17s %6.2f\n", way, $1 + $2 }'
done

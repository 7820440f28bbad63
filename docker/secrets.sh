#!/bin/sh
# Makes what docker-compose.hybrid.yml reads its secrets from: `secrets/` in the current directory, or in the one named.
# What is there stays as it is. Files of providers are made empty, to be filled in.
#
# The folder is for its owner alone; the files in it can be read by the users inside the containers, who are nobody here.
set -eu

folder="${1:-.}/secrets"
umask 077
mkdir -p "$folder"

word() {
    head -c 32 /dev/urandom | base64 | tr -d '=+/\n'
}

keep() {
    [ -e "$folder/$1" ] || printf '%s' "$2" > "$folder/$1"
}

for name in auth_token stream_secret postgres_password grafana_password; do
    keep "$name" "$(word)"
done
keep database_url "postgresql://centralita:$(cat "$folder/postgres_password")@postgres/centralita"
for name in telnyx_api_key claude_api_key deepgram_api_key elevenlabs_api_key; do
    keep "$name" ""
done
chmod 0444 "$folder"/*
echo "secrets in $folder; still empty: $(find "$folder" -type f -empty -exec basename {} \; | sort | tr '\n' ' ')"

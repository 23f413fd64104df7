#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs what each profile of this folder is for, asks it something, and shows what is refused. nginx and go are used if
# they are installed.
case ${SCRIM_EXAMPLE_NETWORK:-} in
  # A network of its own: no port of the machine is used.
  '') SCRIM_EXAMPLE_NETWORK=own exec unshare --net bash "$0" "$@" ;;
esac
source "$(dirname "$0")/../lib.sh"
busybox ip link set lo up
profiles=$examples/profiles

# ask URL: until somebody answers.
ask() {
  local try
  for try in $(seq 50); do
    busybox wget -q -O "$work/answer" "$1" 2>/dev/null && break
    sleep 0.1
  done
  echo "$1: $(head -n 1 "$work/answer")"
}
mode() { echo "$(cat "/proc/$1/comm") is in seccomp mode $(grep -oP '^Seccomp:\s*\K.*' "/proc/$1/status")"; }
serve() {
  "$SCRIM" launch "$@" &
  started+=($!)
}
stop() {
  local status=0
  kill "$1" && wait "$1" || status=$?
  echo "it ended with status $status"
}

echo "== deny-list.json: everything but what a service never needs (busybox httpd)"
mkdir "$work/www"
echo "hello from httpd" >"$work/www/index.html"
serve --profile "$profiles/deny-list.json" -- "$(command -v busybox)" httpd -f -p 127.0.0.1:8081 -h "$work/www"
ask http://127.0.0.1:8081/
mode "${started[-1]}"
probe >/dev/null
show "$SCRIM" launch --profile "$profiles/deny-list.json" -- "$work/probe"
show "$SCRIM" launch --profile "$profiles/deny-list.json" -- unshare --mount true || true

echo
echo "== nginx.json: what nginx calls, and nothing else"
if nginx=$(command -v nginx); then
  cat >"$work/nginx.conf" <<END
daemon off;
pid nginx.pid;
error_log stderr crit;
worker_processes 2;
events {}
http {
  access_log off;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  sendfile on; gzip on;
  server { listen 127.0.0.1:8082; root www; location /proxied/ { proxy_pass http://127.0.0.1:8081/; } }
}
END
  serve --profile "$profiles/nginx.json" -- "$nginx" -p "$work/" -c "$work/nginx.conf" -e stderr
  ask http://127.0.0.1:8082/
  ask http://127.0.0.1:8082/proxied/
  mode "${started[-1]}"
  kill -HUP "${started[-1]}"
  sleep 0.5
  ask http://127.0.0.1:8082/
  stop "${started[-1]}"
else
  echo "nginx is not installed"
fi

echo
echo "== go-service.json: ../go-service/main.go"
if go=$(ls /usr/bin/go 2>/dev/null || command -v go); then
  mkdir -p "$repository/build/go-cache"
  CGO_ENABLED=0 GOCACHE=$repository/build/go-cache GOFLAGS=-mod=mod GOTOOLCHAIN=local \
    "$go" build -o "$work/go-service" "$examples/go-service/main.go"
  LISTEN=127.0.0.1:8083 serve --profile "$profiles/go-service.json" --user 65534:65534 --no-new-privs -- \
    "$work/go-service"
  ask http://127.0.0.1:8083/
  mode "${started[-1]}"
  stop "${started[-1]}"
else
  echo "go is not installed"
fi

//go:build linux

package waystest_test

import "strings"

// bash is a command for a device whose user may have another shell.
func bash(script string) string {
	return "bash -c '" + strings.ReplaceAll(script, "'", `'\''`) + "'"
}

// toHello is a command on the device that reads from the forwarded port: its loopback
// is ours.
func toHello() string { return bash("exec 3<>/dev/tcp/127.0.0.1/{free} && cat <&3") }

// toHelloBySOCKS does so through a SOCKS 5 proxy, which is to know localhost.
func toHelloBySOCKS() string {
	return bash(`exec 3<>/dev/tcp/127.0.0.1/{free} && printf '\5\1\0\5\1\0\3\11localhost' >&3 &&
printf "$(printf '\\%03o\\%03o' $(({hello}/256)) $(({hello}%256)))" >&3 && tail -c +13 <&3`)
}

func regressCases() []regressCase {
	big := strings.Repeat("0123456789abcdef", 64<<10)
	return []regressCase{
		{name: "connect", command: "true"},
		{name: "exit-status", command: "exit 44", status: 44},
		{name: "exit-status/signal", command: "kill -9 $$", status: 255},
		{name: "stderr", command: "echo out; echo err >&2; exit 3", out: "out\n", err: "err\n", status: 3},
		{name: "transfer", command: "cat", stdin: big, out: big},
		{name: "rekey", server: "rekey", flags: []string{"-o", "KexAlgorithms=curve25519-sha256"}, command: "cat", stdin: big, out: big},
		{name: "forwarding/-L", flags: []string{"-L", "{free}:127.0.0.1:{hello}"}, command: toHello(), out: "hello\n"},
		{name: "forwarding/-R", flags: []string{"-R", "{free}:127.0.0.1:{hello}"}, command: toHello(), out: "hello\n"},
		{name: "dynamic-forward", flags: []string{"-D", "{free}"}, command: toHelloBySOCKS(), out: "hello\n"},
		{name: "stdin/empty", command: "cat", out: ""},
		{name: "stdin/-n", flags: []string{"-n"}, command: "cat", stdin: "lost\n"},
		{name: "stdin/left unread", command: "head -c 3", stdin: big, out: "012"},
		{name: "stdin/to a shell", stdin: "echo $((6*7))\nexit 5\n", out: "42\n", status: 5},
		{name: "stdout/closed by the device", command: "exec >&- ; echo late >&2; exit 4", err: "late", status: 4},
		{name: "yes-head", command: "yes | head -2000 | wc -l", out: "2000\n"},
		{name: "-N and -T", flags: []string{"-T"}, command: "tty; true", out: "not a tty\n"},
		{name: "banner", server: "banner", command: "true", err: "no trespassing"},
		{name: "banner/-q", server: "banner", flags: []string{"-q", "-c", "aes128-ctr"}, command: "echo in", out: "in\n"},
		{name: "known_hosts/unknown key", server: "unknown", command: "echo never", fails: true},
		{name: "known_hosts/changed", server: "changed", command: "echo never", fails: true},
		{name: "krl/revoked host key", server: "revoked", command: "echo never", fails: true},
		{name: "cert-hostkey", server: "cert", command: "echo in", out: "in\n"},
		{name: "cert-hostkey/algorithm", server: "cert", flags: []string{"-o", "HostKeyAlgorithms=ecdsa-sha2-nistp256"}, command: "echo never", fails: true},
		{name: "cert-userkey", noKey: true, flags: []string{"-i", "{dir}/certified"}, command: "echo in", out: "in\n"},
		{name: "cert-userkey/CertificateFile", noKey: true, config: "CertificateFile {dir}/certified-cert.pub\nIdentityFile {dir}/renamed", command: "echo in", out: "in\n"},
		{name: "cert-userkey/another's", noKey: true, flags: []string{"-i", "{dir}/another"}, command: "echo never", fails: true},
		{name: "keys-command/stranger", noKey: true, flags: []string{"-i", "{dir}/stranger"}, command: "echo never", fails: true},
		{name: "agent", noKey: true, flags: []string{"-o", "IdentitiesOnly=no", "-o", "IdentityFile=none"}, env: []string{"SSH_AUTH_SOCK={agent}"}, command: "echo in", out: "in\n"},
		{name: "agent/IdentityAgent", noKey: true, config: "IdentityAgent {agent}\nIdentitiesOnly no\nIdentityFile none", command: "echo in", out: "in\n"},
		{name: "agent/none", noKey: true, flags: []string{"-o", "IdentitiesOnly=no", "-o", "IdentityFile=none", "-o", "IdentityAgent=none"}, env: []string{"SSH_AUTH_SOCK={agent}"}, command: "echo never", fails: true},
		{name: "agent/forwarded", flags: []string{"-A"}, env: []string{"SSH_AUTH_SOCK={agent}"}, command: "ssh-add -l | grep -c ED25519", out: "1\n"},
		{name: "agent/not forwarded", env: []string{"SSH_AUTH_SOCK={agent}"}, command: "echo ${SSH_AUTH_SOCK:-none}", out: "none\n"},
		{name: "agent/ForwardAgent no", config: "ForwardAgent no", flags: []string{"-A"}, env: []string{"SSH_AUTH_SOCK={agent}"}, command: "ssh-add -l | grep -c ED25519", out: "1\n"},
		{name: "integrity/-o MACs", flags: []string{"-o", "Ciphers=aes128-ctr", "-o", "MACs=hmac-sha2-256"}, command: "echo in", out: "in\n"},
		{name: "kextype", flags: []string{"-o", "KexAlgorithms=ecdh-sha2-nistp384"}, command: "echo in", out: "in\n"},
		{name: "try-ciphers/none in common", flags: []string{"-o", "Ciphers=3des-cbc"}, command: "echo never", fails: true},
		{name: "cfgparse/first counts", config: "Host {name}\n  SetEnv LC_A=first\nHost *\n  SetEnv LC_A=second", command: "echo $LC_A", out: "first\n"},
		{name: "cfgparse/negated host", config: "Host !{name} *\n  SetEnv LC_A=other\nHost {name}\n  SetEnv LC_A=own", command: "echo $LC_A", out: "own\n"},
		{name: "cfgparse/Match", config: "Match host 127.0.0.1,{name} exec true\n  SetEnv \"LC_A=a b\"", command: "echo $LC_A", out: "a b\n"},
		{name: "cfgparse/= and quotes", config: "# comment\n\nUser=\"nobody-here\"", flags: []string{"-l", "{user}"}, command: "whoami", out: "{user}\n"},
		{name: "cfginclude", config: "Include {dir}/included", command: "echo $LC_A", out: "included\n"},
		{name: "cfgparse/bad option", flags: []string{"-o", "NoSuchOption=1"}, command: "echo never", fails: true},
		{name: "cfgparse/bad value", flags: []string{"-o", "BatchMode=perhaps"}, command: "echo never", fails: true},
		{name: "cfgparse/no such file", flags: []string{"-F", "{dir}/no-such-file"}, command: "echo never", fails: true},
		{name: "percent/IdentityFile", noKey: true, config: "IdentityFile {dir}/key-%n-%r-%%", command: "echo in", out: "in\n"},
		{name: "percent/${} in IdentityFile", noKey: true, env: []string{"WHERE={dir}"}, config: "IdentityFile ${WHERE}/plain", command: "echo in", out: "in\n"},
		{name: "percent/unknown", noKey: true, config: "IdentityFile {dir}/%z", command: "echo never", fails: true},
		{name: "percent/RemoteCommand", config: "RemoteCommand echo %n %r %%", out: "{name} {user} %\n"},
		{name: "RemoteCommand/and a command", config: "RemoteCommand echo one", command: "echo two", fails: true},
		{name: "envpass/SetEnv", flags: []string{"-o", "SetEnv=LC_A=a"}, command: "echo $LC_A", out: "a\n"},
		{name: "envpass/SendEnv", flags: []string{"-o", "SendEnv=LC_X*"}, env: []string{"LC_XY=x"}, command: "echo $LC_XY", out: "x\n"},
		{name: "envpass/not accepted", flags: []string{"-o", "SetEnv=OTHER=a"}, command: "echo ${OTHER:-none}", out: "none\n"},
		{name: "forwarding/LocalForward", config: "LocalForward {free} localhost:{hello}", command: toHello(), out: "hello\n"},
		{name: "forwarding/RemoteForward", config: "RemoteForward 127.0.0.1:{free} 127.0.0.1:{hello}", command: toHello(), out: "hello\n"},
		{name: "forwarding/ClearAllForwardings", flags: []string{"-o", "ClearAllForwardings=yes", "-L", "{free}:127.0.0.1:{hello}"}, command: toHello() + " || echo refused", out: "refused\n", err: "refused"},
		{name: "forwarding/busy, ExitOnForwardFailure", flags: []string{"-o", "ExitOnForwardFailure=yes", "-L", "127.0.0.1:{hello}:127.0.0.1:{hello}"}, command: "echo never", fails: true},
		{name: "forwarding/busy -R, ExitOnForwardFailure", flags: []string{"-o", "ExitOnForwardFailure=yes", "-R", "127.0.0.1:{hello}:127.0.0.1:{hello}"}, command: "echo never", fails: true},
		{name: "forwarding/busy -R", flags: []string{"-R", "127.0.0.1:{hello}:127.0.0.1:{hello}"}, command: "echo in", out: "in\n"},
		{name: "forwarding/busy", flags: []string{"-L", "127.0.0.1:{hello}:127.0.0.1:{hello}"}, command: "echo in", out: "in\n"},
		{name: "forwarding/dead target", flags: []string{"-L", "{free}:127.0.0.1:1"}, command: toHello(), out: ""},
		{name: "forwarding/bad", flags: []string{"-L", "nonsense"}, command: "echo never", fails: true},
		{name: "login-timeout/ConnectTimeout", flags: []string{"-o", "ConnectTimeout=30"}, command: "echo in", out: "in\n"},
		{name: "keepalive", flags: []string{"-o", "ServerAliveInterval=1", "-o", "ServerAliveCountMax=1"}, command: "sleep 1.5; echo in", out: "in\n"},
		{name: "long command", command: "printf %s " + strings.Repeat("x", 50000) + " | wc -c", out: "50000\n"},
		{name: "quoting", command: `printf '%s|' "a b" 'c"d' \$e`, out: "a b|c\"d|$e|"},
		{name: "tty/-tt", flags: []string{"-tt"}, command: "tty | grep -c pts", out: "1\r\n"},
		{name: "tty/RequestTTY force", flags: []string{"-o", "RequestTTY=force"}, command: "tty | grep -c pts", out: "1\r\n"},
		{name: "tty/size without one here", flags: []string{"-tt"}, command: "stty size", out: "0 0\r\n"},
		{name: "tty/TERM", flags: []string{"-tt"}, env: []string{"TERM=xterm-256color"}, command: "echo $TERM", out: "xterm-256color\r\n"},
		{name: "tty/modes without one here", flags: []string{"-tt"}, command: "stty -a | tr ' ;' '\\n\\n' | grep -xE 'echo|icanon|isig|onlcr|icrnl' | sort | tr '\\n' ' '", out: "echo icanon icrnl isig onlcr "},
		{name: "escapes/~.", flags: []string{"-tt"}, command: "sleep 60", stdin: "~.", status: 255},
		{name: "escapes/~~", flags: []string{"-tt"}, command: "read x; test \"$x\" = \"~literal\" && exit 9", stdin: "~~literal\n", out: "~literal\r\n", status: 9},
		{name: "escapes/EscapeChar none", flags: []string{"-tt", "-o", "EscapeChar=none"}, command: "read x; test \"$x\" = \"~.\" && exit 9", stdin: "~.\n", out: "~.\r\n", status: 9},
		{name: "escapes/not without a terminal", command: "cat", stdin: "~.\n", out: "~.\n"},
		{name: "subsystem/-s", flags: []string{"-s"}, command: "hello", out: "hello\n"},
		{name: "subsystem/SessionType", config: "SessionType subsystem", command: "hello", out: "hello\n"},
		{name: "subsystem/none such", flags: []string{"-s"}, command: "no-such", fails: true},
		{name: "multiplex", flags: []string{"-o", "ControlMaster=auto", "-o", "ControlPersist=1", "-o", "ControlPath={dir}/master"}, command: "echo out; exit 6", times: 3, out: "out\n", status: 6},
		{name: "escapes/-e", flags: []string{"-tt", "-e", "^A"}, command: "sleep 60", stdin: "\x01.", status: 255},
		{name: "agent/-a", flags: []string{"-A", "-a"}, env: []string{"SSH_AUTH_SOCK={agent}"}, command: "echo ${SSH_AUTH_SOCK:-none}", out: "none\n"},
		{name: "try-ciphers/-c and -m", flags: []string{"-c", "aes256-ctr", "-m", "hmac-sha2-512"}, command: "echo in", out: "in\n"},
		{name: "flags/after the host", command: "", after: []string{"-T", "echo in"}, out: "in\n"},
		{name: "flags/--", command: "", after: []string{"--", "echo", "-n", "in"}, out: "in"},
		{name: "flags/user@", noKey: true, flags: []string{"-i", "{dir}/plain", "-l", "nobody-here"}, command: "echo never", fails: true},
		{name: "netcat/-W", flags: []string{"-W", "127.0.0.1:{hello}"}, out: "hello\n"},
		{name: "netcat/-W to nobody", flags: []string{"-W", "127.0.0.1:1"}, fails: true},
	}
}

//go:build linux

package waystest_test

import "strings"

// bash is a command for a device whose user may have another shell.
func bash(script string) string {
	return "bash -c '" + strings.ReplaceAll(script, "'", `'\''`) + "'"
}

// toHello is a command on the device that reads from a port of its loopback, which
// is ours too.
func toHello(port string) string { return bash("exec 3<>/dev/tcp/127.0.0.1/" + port + " && cat <&3") }

// toHelloBySOCKS does so through a SOCKS 5 proxy, which is to know localhost.
func toHelloBySOCKS(proxy string) string {
	return bash("exec 3<>/dev/tcp/127.0.0.1/" + proxy + ` && printf '\5\1\0\5\1\0\3\11localhost' >&3 &&
printf "$(printf '\\%03o\\%03o' $(({hello}/256)) $(({hello}%256)))" >&3 && tail -c +13 <&3`)
}

func regressCases() []regressCase {
	big := strings.Repeat("0123456789abcdef", 64<<10)
	return []regressCase{
		{name: "connect", command: "true"},
		{name: "exit-status", command: "exit 44", status: 44},
		{name: "exit-status/signal", command: "kill -9 $$", status: 255},
		{name: "stderr", command: "echo out; echo err >&2; exit 3", out: "out\n", err: "err\n", status: 3},
		{name: "transfer and rekey", command: "cat", stdin: big, out: big},
		{name: "forwarding/-L", flags: []string{"-L", "{free}:127.0.0.1:{hello}"}, command: toHello("{free}"), out: "hello\n"},
		{name: "forwarding/-R", flags: []string{"-R", "{free}:127.0.0.1:{hello}"}, command: toHello("{free}"), out: "hello\n"},
		{name: "dynamic-forward", flags: []string{"-D", "{free}"}, command: toHelloBySOCKS("{free}"), out: "hello\n"},
	}
}

package shell

import (
	"bytes"
	"context"
	"io"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

func testHost() *Host {
	now := time.Date(2026, 11, 21, 10, 20, 30, 0, time.UTC)
	return &Host{
		Name: "gateway-001", Model: "Board 1", Kernel: "6.6.51", Machine: "aarch64", Serial: "1234",
		SimID: "8981100000000000001", Boot: now.Add(-50 * time.Hour), Now: func() time.Time { return now },
	}
}

func runShell(src, stdin string) (stdout, stderr string, e Exit) {
	var out, err bytes.Buffer
	s := New(testHost(), "pi", map[string]string{"LC_ALL": "ja_JP.UTF-8", "bad name": "x"}, nil)
	e = s.Run(context.Background(), src, Streams{In: strings.NewReader(stdin), Out: &out, Err: &err})
	return out.String(), err.String(), e
}

func TestRun(t *testing.T) {
	for _, c := range []struct{ src, stdin, want string }{
		{"echo hello  world", "", "hello world\n"},
		{`echo "a  b" 'c  "d' e\ f`, "", "a  b c  \"d e f\n"},
		{"echo -n x; echo y", "", "xy\n"},
		{"true && echo yes || echo no", "", "yes\n"},
		{"false && echo yes || echo no", "", "no\n"},
		{"! false && echo inverted", "", "inverted\n"},
		{"false; echo $?", "", "1\n"},
		{"echo -e 'a\\tb%s'; echo -; echo -ne 'c\\n'", "", "a\tb%s\n-\nc\n"},
		{"sudo -n whoami; echo whoami | sudo -i", "", "root\nroot\n"},
		{"ls -d /etc; ls -d; ls /etc/hostname /tmp; ls -ld /etc", "", "/etc\n.\n/etc/hostname\n/tmp:\ndr-xr-xr-x 1 root root        0 Nov 19 08:20 /etc\n"},
		{"test -x /usr/bin/cat && echo x; test -s /etc/hosts && echo s; test -w / || echo no w", "", "x\ns\nno w\n"},
		{"date '+%Y-%m-%d %H:%M:%S%%'; date +%s", "", "2026-11-21 10:20:30%\n1795256430\n"},
		{"exit 3 | true; echo $?", "", "0\n"},
		{"(exit 4); echo $?", "", "4\n"},
		{"sh -c 'exit 5'; echo $?", "", "5\n"},
		{"sh -c 'kill -TERM $$'; echo $?", "", "143\n"},
		{"sh -c 'echo $0 $1 \"$@\"' name a 'b  c'", "", "name a a b  c\n"},
		{"A=1; B=$A$A; echo $B ${C:-none} $((B+1))", "", "11 none 12\n"},
		{"A=1 env | head -n 1", "", "A=1\n"},
		{"FOO=bar printenv FOO; echo [$FOO]", "", "bar\n[]\n"},
		{"export X=1; printenv X; unset X; printenv X || echo gone", "", "1\ngone\n"},
		{"printenv LC_ALL", "", "ja_JP.UTF-8\n"},
		{"for i in a b c; do echo $i; done | tail -n 2", "", "b\nc\n"},
		{"for i in 1 2 3 4; do [ $i = 2 ] && continue; [ $i = 4 ] && break; echo $i; done", "", "1\n3\n"},
		{"i=0; while [ $i -lt 3 ]; do i=$((i+1)); echo $i; done", "", "1\n2\n3\n"},
		{"until true; do echo never; done; echo $?", "", "0\n"},
		{"while true; do while true; do break; done; echo out; break; done", "", "out\n"},
		{"if [ -f /etc/os-release ]; then echo file; elif true; then echo b; else echo c; fi", "", "file\n"},
		{"if false; then echo a; elif [ -d /etc ]; then echo dir; fi", "", "dir\n"},
		{"if false; then echo a; else echo c; fi", "", "c\n"},
		{"cat", "as it\x00is\xff", "as it\x00is\xff"},
		{"cat <<E\nname $USER\nE\n", "", "name pi\n"},
		{"cat <<< word", "", "word\n"},
		{"cat < /etc/hostname", "", "gateway-001\n"},
		{"cat /etc/hostname - /etc/hostname", "mid\n", "gateway-001\nmid\ngateway-001\n"},
		{"nonsense 2>/dev/null; echo $?", "", "127\n"},
		{"nonsense 2>&1 | cat", "", "bash: line 1: nonsense: command not found\n"},
		{"echo gone > /dev/null", "", ""},
		{"echo x > /tmp/f 2>&1; echo $?", "", "1\n"},
		{"head -c 5 /dev/zero | wc -c", "", "5\n"},
		{"yes | head -n 2", "", "y\ny\n"},
		{"x=abc; echo ${x//b/--} ${x/c}", "", "a--c ab\n"},
		{"read -r x < /proc/device-tree/model; echo ${x@Q}", "", "'Board 1'\n"}, // ends in a NUL
		{"head -2", "1\n2\n3\n", "1\n2\n"},
		{"read -r a b; echo \"$b,$a\"; cat", "1 2 3\nrest", "2 3,1\nrest"},
		{"sha256sum", "hello\n", "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03  -\n"},
		{"wc", "a b\nc\n", "2 3 6\n"},
		{"wc -l", "a b\nc\n", "2\n"},
		{"seq 2 4", "", "2\n3\n4\n"},
		{"printf '%s-%03d\\n' a 1 b 2", "", "a-001\nb-002\n"},
		{"echo $(echo a; echo b) `echo c`", "", "a b c\n"},
		{"echo /etc/host*", "", "/etc/hostname /etc/hosts\n"},
		{"cd /etc && echo host* && cd && pwd", "", "hostname hosts\n/home/pi\n"},
		{"echo ~ ~root ~nobody", "", "/home/pi /root /home/nobody\n"},
		{"ls /var/log", "", "app.log\n"},
		{"ls", "", "README.txt\n"},
		{"uname", "", "Linux\n"},
		{"uname -sr", "", "Linux 6.6.51\n"},
		{"uname -a", "", "Linux gateway-001 6.6.51 #1 SMP PREEMPT (simulated) aarch64 GNU/Linux\n"},
		{"uptime", "", " 10:20:30 up 2 days,  2:00,  1 user,  load average: 0.08, 0.03, 0.01\n"},
		{"date", "", "Sat Nov 21 10:20:30 UTC 2026\n"},
		{"date +%s", "", "1795256430\n"},
		{"hostname; whoami; id -u", "", "gateway-001\npi\n1000\n"},
		{"sudo id -u; sudo whoami; whoami", "", "0\nroot\npi\n"},
		{"which cat nonsense; echo $?", "", "/usr/bin/cat\n1\n"},
		{"/bin/echo full; /usr/bin/true && echo path", "", "full\npath\n"},
		{"tty; [ -t 0 ] || echo no terminal", "", "not a tty\nno terminal\n"},
		{"exit 3; echo never", "", ""},
		{"# a comment", "", ""},
		{"", "", ""},
	} {
		out, _, _ := runShell(c.src, c.stdin)
		if out != c.want {
			t.Errorf("%s\n got %q\nwant %q", c.src, out, c.want)
		}
	}
}

func TestExit(t *testing.T) {
	for src, want := range map[string]Exit{
		"":                                     {},
		"exit":                                 {},
		"exit 7":                               {Status: 7},
		"exit 256":                             {},
		"exit -1":                              {Status: 255},
		"exit x":                               {Status: 2},
		"false; exit":                          {Status: 1},
		"false":                                {Status: 1},
		"nonsense":                             {Status: 127},
		"./nonsense":                           {Status: 127},
		"echo 'unclosed":                       {Status: 2},
		"echo (":                               {Status: 2},
		"sleep 1 &":                            {Status: 2},
		"f() { echo; }":                        {Status: 2},
		"cat /nowhere":                         {Status: 1},
		"cat /etc":                             {Status: 1},
		"cd /nowhere":                          {Status: 1},
		"cd /etc/hostname":                     {Status: 1},
		"ls /nowhere":                          {Status: 2},
		"sleep x":                              {Status: 1},
		"head -c x":                            {Status: 1},
		"kill -TERM $$":                        {Signal: "TERM"},
		"kill $$; echo never":                  {Signal: "TERM"},
		"kill -9 $$":                           {Signal: "KILL"},
		"kill -s INT $$":                       {Signal: "INT"},
		"kill -SIGHUP $$":                      {Signal: "HUP"},
		"kill -0 $$":                           {},
		"kill 1":                               {Status: 1},
		"kill -WHAT $$":                        {Status: 1},
		"kill":                                 {Status: 2},
		"while true; do exit 9; done":          {Status: 9},
		"for i in 1 2; do kill -KILL $$; done": {Signal: "KILL"},
		"(kill -TERM $$); true":                {},
		"echo $(exit 3); ":                     {},
		"X=$(exit 3)":                          {Status: 3},
		"echo $((1/0))":                        {Status: 1},
		"test 1 -lt 2":                         {},
		"[ 1 -gt 2 ]":                          {Status: 1},
		"[ a":                                  {Status: 2},
		"stty size":                            {Status: 1},
	} {
		if _, _, got := runShell(src, ""); got != want {
			t.Errorf("%s: ended with %+v, want %+v", src, got, want)
		}
	}
}

func TestMessages(t *testing.T) {
	for src, want := range map[string]string{
		"nonsense":          "bash: line 1: nonsense: command not found\n",
		"cat /nowhere /etc": "cat: /nowhere: No such file or directory\ncat: /etc: Is a directory\n",
		"cd /etc/hostname":  "cd: /etc/hostname: Not a directory\n",
		"echo > /etc/x":     "bash: line 1: /etc/x: Read-only file system\n",
		"yes | head -c 1":   "",
	} {
		if _, got, _ := runShell(src, ""); got != want {
			t.Errorf("%s: complained %q, want %q", src, got, want)
		}
	}
}

// TestBounds runs what would fill the memory of the process that holds the device,
// or the stack.
func TestBounds(t *testing.T) {
	const big = "x=aaaaaaaa; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13; do x=$x$x; done; "
	deep := func(left, right string) string {
		n := (maxCommand - 100) / (len(left) + len(right))
		return strings.Repeat(left, n) + "true" + strings.Repeat(right, n)
	}
	for _, src := range []string{
		"head -n 1 /dev/zero | head -c 1000000 | wc -c",
		big + "y=${x//a/$x}",
		big + "y=${x:0:4000}; y=${y//a/${y//a/$y}}",
		big + "y=" + strings.Repeat("$x", 10000),
		big + "cat <<E\n" + strings.Repeat("$x", 10000) + "\nE\n",
		big + "i=0; while read v$i <<< $x; do i=$((i+1)); done",
		"printf '" + strings.Repeat("%0999999d", 5000) + "' 1",
		"echo $((" + deep("(", ")") + "))", deep("((", ""), deep("{ ", ";}"), "echo " + deep("$(", ")"),
		"echo " + deep("${a:-", "}"), deep("true&&", ""), deep("true|", ""), deep("if ", ""), strings.Repeat("(", 1<<20),
		"echo {1..1000000000}",
		"x=aaaaaaaaaa; while x=$x$x; do :; done",
		"x=a; while :; do x=${x//a/aaaa} || exit; done",
		"echo $(yes)",
		"x=$(cat /dev/zero)",
		`export R='sh -c "$R"'; sh -c "$R"`,
		`export R='echo "$R" | sh'; sh -c "$R"`,
		`export R='echo $(sh -c "$R")'; sh -c "$R"`,
		`export R='sudo sh -c "$R"'; sh -c "$R"`,
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		done := make(chan struct{})
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		go func() {
			defer close(done)
			s := New(testHost(), "pi", nil, nil)
			s.Run(ctx, src, Streams{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard})
		}()
		<-done
		if ctx.Err() != nil {
			t.Errorf("%.200s: did not end by itself", src)
		}
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > 1<<30 {
			t.Errorf("%.200s: allocated %d MB", src, n>>20)
		}
		cancel()
	}
}

func TestCancelEndsEverything(t *testing.T) {
	for _, src := range []string{
		"sleep 1000", "yes", "while true; do :; done", "cat /dev/zero", "sleep 1000 | cat",
		"for i in $(seq 100000); do sleep 1000; done", "echo $(sleep 1000)", "seq 1 9999999999",
		"sha256sum /dev/zero", "wc /dev/urandom", "tail /dev/zero", "head -n 1 /dev/zero", "until false; do true; done",
		"read x < /dev/zero", "sh -c 'sleep 1000'", "sudo sleep 1000", "yes | yes | yes",
	} {
		ctx, cancel := context.WithCancelCause(context.Background())
		time.AfterFunc(20*time.Millisecond, func() { cancel(Signal("TERM")) })
		began := time.Now()
		s := New(testHost(), "pi", nil, nil)
		e := s.Run(ctx, src, Streams{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard})
		if d := time.Since(began); d > 5*time.Second {
			t.Errorf("%s: went on for %v", src, d)
		}
		if src != "tail /dev/zero" && src != "read x < /dev/zero" && e.Signal != "TERM" {
			t.Errorf("%s: ended with %+v", src, e)
		}
	}
}

// TestHostIsOutOfReach looks from the shell for a file that exists on the host.
func TestHostIsOutOfReach(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "secret")
	if err := os.WriteFile(file, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	file = filepath.ToSlash(file)
	for src, want := range map[string]string{
		"cat " + file:                    "",
		"cat < " + file:                  "",
		"ls " + path.Dir(file):           "",
		"echo " + path.Dir(file) + "/s*": path.Dir(file) + "/s*\n",
		"[ -e " + file + " ]; echo $?":   "1\n",
		"cd " + path.Dir(file) + "; pwd": "/home/pi\n",
		"/bin/true; sh -c /usr/bin/id > /dev/null; /usr/bin/awk 2>/dev/null; echo $?": "127\n",
	} {
		if out, _, _ := runShell(src, ""); out != want {
			t.Errorf("%s: printed %q, want %q", src, out, want)
		}
	}
	if _, _, e := runShell("echo x > "+file, ""); e.Status != 1 {
		t.Errorf("writing ended with %+v", e)
	}
	if b, err := os.ReadFile(file); string(b) != "secret" || err != nil {
		t.Errorf("the host's file holds %q, %v", b, err)
	}
}

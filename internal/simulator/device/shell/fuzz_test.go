package shell

import (
	"context"
	"io"
	"os"
	"strings"
	"testing"
	"time"
)

// FuzzRun holds that no text crashes the shell, makes it outlive its context, or
// gives it a status that SSH cannot carry.
func FuzzRun(f *testing.F) {
	for _, src := range []string{
		"echo 'a' \"$b\" $(c) `d` ${e:-f} $((1+2)) ; x && y || ! z | w", "if a; then b; elif c; then d; else e; fi",
		"for i in {1..3} *; do [ $i ]; done <<< x 2>&1 > /dev/null", "while read -r a; do echo $a; done << E\nb\nE\n",
		"kill -TERM $$", "exit 300", "head -c 3 /dev/zero | sha256sum", "case x in x) ;; esac", "f() { f; }; f",
		"(a; {b;}) &", "[[ a =~ b ]]", "((i++))", "let x=1", "a=(1 2) ; echo ${a[1]} ${#a} ${a/b/c} ${a^^}", "echo <(a) >(b)",
		"printf '%s%d%%' x", "tail -n 3 -c", "cd ..; cd -; ls -la /", "time sleep 0", "coproc x", "select a in b; do c; done",
	} {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
		defer cancel()
		watchdog := time.AfterFunc(20*time.Second, func() {
			_, _ = os.Stderr.WriteString("went on after its context: " + src + "\n")
			os.Exit(2)
		})
		defer watchdog.Stop()
		s := New(testHost(), "pi", map[string]string{"b": "x y"}, nil)
		e := s.Run(ctx, src, Streams{In: strings.NewReader("line 1\nline 2\n"), Out: io.Discard, Err: io.Discard})
		if e.Status < 0 || e.Status > 255 || (e.Signal != "" && signalNumbers[e.Signal] == 0) {
			t.Errorf("%q: ended with %+v", src, e)
		}
	})
}

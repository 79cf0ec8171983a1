package shell

import (
	"bufio"
	"crypto/sha256"
	"fmt"
	"io"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/expand"
)

func cat(p *proc) int {
	return p.inputs(p.args, func(_ string, r io.Reader) { p.copy(p.out, r) })
}

func sha256sum(p *proc) int {
	return p.inputs(p.args, func(name string, r io.Reader) {
		h := sha256.New()
		if p.copy(h, r); p.failed == nil {
			p.print("%x  %s\n", h.Sum(nil), name)
		}
	})
}

func echo(p *proc) int {
	args, flags := p.args, ""
	for len(args) > 0 && len(args[0]) > 1 && strings.TrimLeft(args[0][1:], "neE") == "" && args[0][0] == '-' {
		flags += args[0]
		args = args[1:]
	}
	text := strings.Join(args, " ")
	if strings.Contains(flags, "e") {
		text, _, _ = expand.Format(nil, text, nil) // without arguments it takes the escapes only
	}
	if !strings.Contains(flags, "n") {
		text += "\n"
	}
	if _, err := io.WriteString(p.out, text); err != nil {
		p.failed = err
	}
	return 0
}

func printf(p *proc) int {
	if len(p.args) == 0 {
		return p.usage(2, "usage: printf format [arguments]")
	}
	format, args := p.args[0], p.args[1:]
	if wide(format) {
		return p.usage(1, "a width has three digits at most here")
	}
	for {
		text, used, err := expand.Format(nil, format, args)
		if err != nil {
			return p.usage(1, "%v", err)
		}
		if _, err := io.WriteString(p.out, text); err != nil {
			p.failed = err
			return 1
		}
		if args = args[used:]; used == 0 || len(args) == 0 {
			return 0
		}
	}
}

// wide reports whether a printf format pads to more than 999 characters.
func wide(format string) bool {
	for _, verb := range strings.Split(format, "%")[1:] {
		flags := verb[:len(verb)-len(strings.TrimLeft(verb, "0123456789.+- #"))]
		for _, digits := range strings.FieldsFunc(flags, func(r rune) bool { return r < '0' || r > '9' }) {
			if len(strings.TrimLeft(digits, "0")) > 3 {
				return true
			}
		}
	}
	return false
}

// countFlag takes -c N, -cN, -n N, -nN or -N from the front of the arguments.
func (p *proc) countFlag() (unit byte, n int64, rest []string, err error) {
	unit, n, rest = 'n', 10, p.args
	if len(rest) == 0 || !strings.HasPrefix(rest[0], "-") || rest[0] == "-" {
		return unit, n, rest, nil
	}
	text := rest[0][1:]
	rest = rest[1:]
	if text[0] == 'c' || text[0] == 'n' {
		unit, text = text[0], text[1:]
	}
	if text == "" && len(rest) > 0 {
		text, rest = rest[0], rest[1:]
	}
	n, err = parseSize(text)
	return unit, n, rest, err
}

// parseSize knows 10, 10k, 10K, 10M and 10G.
func parseSize(s string) (int64, error) {
	digits := strings.TrimRight(s, "kKMG")
	scale, known := map[string]int64{"": 1, "k": 1 << 10, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}[s[len(digits):]]
	n, err := strconv.ParseInt(digits, 10, 32)
	if err != nil || n < 0 || !known {
		return 0, fmt.Errorf("invalid number '%s'", s)
	}
	return n * scale, nil
}

func head(p *proc) int {
	unit, n, files, err := p.countFlag()
	if err != nil {
		return p.usage(1, "%v", err)
	}
	return p.inputs(files, func(_ string, r io.Reader) {
		if unit == 'c' {
			p.copy(p.out, io.LimitReader(r, n))
			return
		}
		p.copy(p.out, &lines{r, n})
	})
}

// lines is the first n lines of r.
type lines struct {
	r io.Reader
	n int64
}

func (l *lines) Read(p []byte) (int, error) {
	if l.n == 0 {
		return 0, io.EOF
	}
	n, err := l.r.Read(p)
	for i, b := range p[:n] {
		if b != '\n' {
			continue
		}
		if l.n--; l.n == 0 {
			return i + 1, nil
		}
	}
	return n, err
}

func tail(p *proc) int {
	unit, n, files, err := p.countFlag()
	if err != nil || unit == 'c' || n > maxWords {
		return p.usage(1, "only -n with up to %d lines is supported here", maxWords)
	}
	return p.inputs(files, func(_ string, r io.Reader) {
		var lines []string
		br := bufio.NewReader(stoppable{p.ctx, io.LimitReader(r, 16<<20)})
		for {
			line, err := br.ReadString('\n')
			if line != "" {
				lines = append(lines, line)
			}
			if int64(len(lines)) > n {
				lines = lines[1:]
			}
			if err != nil {
				break
			}
		}
		p.print("%s", strings.Join(lines, ""))
	})
}

func wc(p *proc) int {
	format, names := "lwc", p.args
	if len(names) > 0 && len(names[0]) > 1 && names[0][0] == '-' {
		format, names = names[0][1:], names[1:]
	}
	if strings.Trim(format, "lwc") != "" {
		return p.usage(1, "invalid option '-%s'", format)
	}
	return p.inputs(names, func(name string, r io.Reader) {
		var c counter
		p.copy(&c, r)
		var fields []string
		for i, n := range []int64{c.lines, c.words, c.bytes} {
			if strings.IndexByte(format, "lwc"[i]) >= 0 {
				fields = append(fields, strconv.FormatInt(n, 10))
			}
		}
		if name != "-" {
			fields = append(fields, name)
		}
		p.print("%s\n", strings.Join(fields, " "))
	})
}

// counter is a writer that counts.
type counter struct {
	lines, words, bytes int64
	inWord              bool
}

func (c *counter) Write(p []byte) (int, error) {
	for _, b := range p {
		space := b == ' ' || '\t' <= b && b <= '\r'
		if b == '\n' {
			c.lines++
		}
		if !space && !c.inWord {
			c.words++
		}
		c.inWord = !space
	}
	c.bytes += int64(len(p))
	return len(p), nil
}

func seq(p *proc) int {
	first, last := int64(1), int64(0)
	var err error
	switch len(p.args) {
	case 1:
		last, err = strconv.ParseInt(p.args[0], 10, 64)
	case 2:
		if first, err = strconv.ParseInt(p.args[0], 10, 64); err == nil {
			last, err = strconv.ParseInt(p.args[1], 10, 64)
		}
	default:
		return p.usage(1, "usage: seq [FIRST] LAST")
	}
	if err != nil {
		return p.usage(1, "invalid argument")
	}
	w := bufio.NewWriter(p.out)
	for n := first; n <= last; n++ {
		if _, err := fmt.Fprintln(w, n); err != nil {
			p.failed = err
			return 1
		}
	}
	p.failed = w.Flush()
	return 0
}

func yes(p *proc) int {
	word := "y"
	if len(p.args) > 0 {
		word = strings.Join(p.args, " ")
	}
	block := []byte(strings.Repeat(word+"\n", 1+4096/(len(word)+1)))
	for {
		if _, err := p.out.Write(block); err != nil {
			return 141 // as after SIGPIPE
		}
	}
}

package shell

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// Interact reads and runs commands from the terminal until exit, Ctrl-D, or the
// end of ctx.
func (s *Shell) Interact(ctx context.Context, io Streams) Exit {
	for s.done == nil && ctx.Err() == nil {
		src, err := s.readCommand(func(more bool) (string, error) {
			if more {
				return s.tty.ReadLine("> ")
			}
			return s.tty.ReadLine(s.prompt())
		})
		if errors.Is(err, ErrInterrupt) {
			complain(io.Out, "^C\n")
			s.last = 130
			continue
		}
		if err != nil {
			complain(io.Out, "logout\n")
			break
		}
		s.foreground(ctx, src, io)
	}
	return s.end(ctx)
}

func (s *Shell) foreground(ctx context.Context, src string, io Streams) {
	fg, release := s.tty.Foreground(ctx)
	defer release()
	s.run(fg, src, io, "-bash: ")
	if e, stopped := stopOf(fg); stopped && ctx.Err() == nil {
		complain(io.Out, "^C\n")
		s.last = e.code()
	}
}

// Script runs commands read from the standard input, which the commands share, as
// a shell without a terminal does.
func (s *Shell) Script(ctx context.Context, std Streams) Exit {
	in := bufio.NewReader(std.In)
	std.In = in
	for s.done == nil && ctx.Err() == nil {
		src, err := s.readCommand(func(bool) (string, error) {
			line, err := readLine(in)
			if errors.Is(err, io.EOF) && line != "" {
				err = nil
			}
			return line, err
		})
		if errors.Is(err, errTooLong) {
			complain(std.Err, "bash: %v\n", err)
			s.last = 2
		}
		if err != nil {
			break
		}
		s.run(ctx, src, std, "bash: ")
	}
	return s.end(ctx)
}

// readCommand reads lines until they are a whole command (or one that never will
// be; an unclosed quote may be too long to be one).
func (s *Shell) readCommand(line func(more bool) (string, error)) (string, error) {
	var src strings.Builder
	for {
		l, err := line(src.Len() > 0)
		if errors.Is(err, io.EOF) && src.Len() > 0 {
			return src.String(), nil
		}
		if err != nil {
			return "", err
		}
		src.WriteString(l)
		src.WriteByte('\n')
		if _, err := parse(src.String()); !syntax.IsIncomplete(err) {
			return src.String(), nil
		}
	}
}

func (s *Shell) prompt() string {
	dir := s.dir
	if rest, ok := strings.CutPrefix(dir, homeOf(s.user)); ok && (rest == "" || rest[0] == '/') {
		dir = "~" + rest
	}
	mark := "$"
	if s.user == "root" {
		mark = "#"
	}
	return fmt.Sprintf("%s@%s:%s %s ", s.user, s.host.Name, dir, mark)
}

package simcache

import (
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/napter-connect/napter-connect/internal/access"
	"github.com/napter-connect/napter-connect/internal/tsv"
)

// The file is lines of fields between tabs. JSON would take ten times as long to
// read, and completion has 50 ms for 100,000 SIMs. The first line is
//
//	napter-connect-sims <version> <SIMs> <bytes of their lines> <listed>
//
// where listed is a Unix time or 0. Every other line is one SIM:
//
//	id name imsi imei status flags seen ip [tag value]...
//
// A later line of the same ID replaces an earlier one.
const (
	magic     = "napter-connect-sims"
	version   = "1"
	maxHeader = 128
	minFields = 8
)

type header struct {
	count  int
	size   int64
	listed time.Time
}

func cutHeader(data string) (h header, rest string, ok bool) {
	line, rest, ok := strings.Cut(data, "\n")
	f := strings.Split(line, "\t")
	if !ok || len(f) != 5 || f[0] != magic || f[1] != version {
		return h, "", false
	}
	count, err1 := strconv.Atoi(f[2])
	size, err2 := strconv.ParseInt(f[3], 10, 64)
	listed, err3 := strconv.ParseInt(f[4], 10, 64)
	if err1 != nil || err2 != nil || err3 != nil || count < 0 || size < 0 {
		return h, "", false
	}
	h = header{count: count, size: size}
	if listed != 0 {
		h.listed = time.Unix(listed, 0)
	}
	return h, rest, true
}

func format(sims []access.SIM, listed time.Time) []byte {
	var lines []byte
	for _, s := range sims {
		lines = appendLine(lines, s)
	}
	var unix int64
	if !listed.IsZero() {
		unix = listed.Unix()
	}
	head := fmt.Sprintf("%s\t%s\t%d\t%d\t%d\n", magic, version, len(sims), len(lines), unix)
	return append([]byte(head), lines...)
}

func appendLine(b []byte, s access.SIM) []byte {
	var flags, seen string
	if s.Online {
		flags += "o"
	}
	if s.Arc {
		flags += "a"
	}
	if !s.SeenAt.IsZero() {
		seen = strconv.FormatInt(s.SeenAt.UnixMilli(), 10)
	}
	for i, field := range []string{s.ID, s.Name, s.IMSI, s.IMEI, s.Status, flags, seen, s.IP} {
		if i > 0 {
			b = append(b, '\t')
		}
		b = tsv.Append(b, field)
	}
	if s.Tags != "" {
		b = append(append(b, '\t'), s.Tags...)
	}
	return append(b, '\n')
}

// parseLines reads lines up to the last whole one; lines that are no SIM are left
// out. The strings are parts of data.
func parseLines(data string, expect int) []access.SIM {
	sims := make([]access.SIM, 0, strings.Count(data, "\n"))
	for line := range wholeLines(data) {
		if s, ok := parseLine(line); ok {
			sims = append(sims, s)
		}
	}
	if len(sims) == expect {
		return sims // nothing was appended
	}
	return latest(sims)
}

// wholeLines leaves out what follows the last end of a line.
func wholeLines(data string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for {
			line, rest, ok := strings.Cut(data, "\n")
			if !ok || !yield(line) {
				return
			}
			data = rest
		}
	}
}

func parseLine(line string) (access.SIM, bool) {
	var f [minFields]string
	tags := line
	for i := range f {
		var more bool
		f[i], tags, more = strings.Cut(tags, "\t")
		if !more && i < minFields-1 {
			return access.SIM{}, false
		}
		f[i] = tsv.Field(f[i])
	}
	var s access.SIM
	s.ID, s.Name, s.IMSI, s.IMEI, s.Status, s.IP = f[0], f[1], f[2], f[3], f[4], f[7]
	s.Online, s.Arc = strings.Contains(f[5], "o"), strings.Contains(f[5], "a")
	if ms, err := strconv.ParseInt(f[6], 10, 64); err == nil {
		s.SeenAt = time.UnixMilli(ms)
	}
	s.Tags = access.Tags(tags)
	return s, s.ID != ""
}

// latest keeps each SIM's last entry, at the place of its first.
func latest(sims []access.SIM) []access.SIM {
	place := make(map[string]int, len(sims))
	kept := sims[:0]
	for _, s := range sims {
		if i, ok := place[s.ID]; ok {
			kept[i] = s
			continue
		}
		place[s.ID] = len(kept)
		kept = append(kept, s)
	}
	return kept
}

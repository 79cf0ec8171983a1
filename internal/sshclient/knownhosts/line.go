package knownhosts

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // the format of hashed names in known_hosts
	"encoding/base64"
	"net"
	"path"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/safetext"
)

// maxKnownHostsLine is below the limit of the library's line scanner, which
// would refuse the whole file.
const maxKnownHostsLine = 60 << 10

// devicePrefix begins the comment of our lines: the device's identity when
// the key was trusted.
const devicePrefix = "imei="

// knownLine is one line of a known_hosts file.
type knownLine struct {
	text    string // without the line's end
	marker  string // "", "cert-authority" or "revoked"
	hosts   []string
	key     ssh.PublicKey
	comment string
	// bad says that the line is not valid; of such a line only text is set.
	bad bool
}

// blank says whether the line is empty or a comment.
func (l *knownLine) blank() bool {
	t := strings.TrimSpace(l.text)
	return t == "" || t[0] == '#'
}

// revokes says whether a line means to revoke a key, even when it is damaged.
func (l *knownLine) revokes() bool {
	return strings.HasPrefix(strings.ToLower(strings.TrimSpace(l.text)), "@revoked")
}

// deviceID is the device that the key was trusted for, or "".
func (l *knownLine) deviceID() string {
	for _, word := range strings.Fields(l.comment) {
		if id, ok := strings.CutPrefix(word, devicePrefix); ok {
			return safetext.Trim(id)
		}
	}
	return ""
}

// names says whether the line is for host, which is in the form of known_hosts.
// Patterns do not count: forgetting one host must not forget others.
func (l *knownLine) names(host string) bool {
	hosts := l.hosts
	if l.bad {
		hosts = damagedHosts(l.text)
	}
	for _, h := range hosts {
		if strings.EqualFold(h, host) || hashedIs(h, host) {
			return true
		}
	}
	return false
}

// damagedHosts are the names of a line that can't be read otherwise.
func damagedHosts(text string) []string {
	words := strings.Fields(text)
	if len(words) == 0 {
		return nil
	}
	return strings.Split(words[0], ",")
}

// splitLines cuts a file into lines. Line numbers are the index + 1.
func splitLines(data []byte) []knownLine {
	data = bytes.TrimSuffix(data, []byte("\n"))
	if len(data) == 0 {
		return nil
	}
	raw := bytes.Split(data, []byte("\n"))
	lines := make([]knownLine, len(raw))
	for i, text := range raw {
		lines[i] = parseKnownLine(strings.TrimSuffix(string(text), "\r"))
	}
	return lines
}

func parseKnownLine(text string) knownLine {
	l := knownLine{text: text}
	if l.blank() {
		return l
	}
	if !l.parse() || len(text) > maxKnownHostsLine {
		return knownLine{text: text, bad: true}
	}
	return l
}

// parse reads a line as the library does, so that what passes here passes there:
// [@marker] names type key [comment], between blanks and tabs. It says whether the
// line is valid.
func (l *knownLine) parse() bool {
	rest := l.text
	word := func() (w string) {
		rest = strings.Trim(rest, " \t")
		if i := strings.IndexAny(rest, " \t"); i >= 0 {
			w, rest = rest[:i], rest[i:]
			return w
		}
		w, rest = rest, ""
		return w
	}
	names := word()
	if marker, ok := strings.CutPrefix(names, "@"); ok {
		if marker != "cert-authority" && marker != "revoked" {
			return false
		}
		l.marker, names = marker, word()
	}
	keyType, blob := word(), word()
	data, err := base64.StdEncoding.DecodeString(blob)
	if err != nil {
		return false
	}
	if l.key, err = ssh.ParsePublicKey(data); err != nil {
		return false
	}
	l.hosts, l.comment = strings.Split(names, ","), strings.Trim(rest, " \t")
	return l.key.Type() == keyType && !slices.ContainsFunc(l.hosts, func(p string) bool { return !validPattern(p) })
}

// validPattern refuses what the library would refuse the whole file for.
func validPattern(p string) bool {
	if strings.HasPrefix(p, "|") {
		_, _, ok := parseHashed(p)
		return ok
	}
	if strings.HasPrefix(p, "@") {
		return false
	}
	negated := strings.HasPrefix(p, "!")
	p = strings.TrimPrefix(p, "!")
	if strings.HasPrefix(p, "[") {
		_, _, err := net.SplitHostPort(p)
		return err == nil
	}
	return p != "" || !negated
}

// parseHashed reads |1|salt|hash (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT).
func parseHashed(p string) (salt, hash []byte, ok bool) {
	parts := strings.Split(p, "|")
	if len(parts) != 4 || parts[0] != "" || parts[1] != "1" {
		return nil, nil, false
	}
	salt, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil {
		return nil, nil, false
	}
	hash, err = base64.StdEncoding.DecodeString(parts[3])
	return salt, hash, err == nil
}

func hashedIs(pattern, host string) bool {
	salt, hash, ok := parseHashed(pattern)
	if !ok {
		return false
	}
	mac := hmac.New(sha1.New, salt)
	mac.Write([]byte(host))
	return hmac.Equal(mac.Sum(nil), hash)
}

// knownName is the form of a host in known_hosts: the alias alone for port 22,
// [alias]:port otherwise, in lower case as OpenSSH looks it up.
func knownName(alias string, port int) string {
	alias = strings.ToLower(alias)
	if port == 22 || port == 0 {
		return alias
	}
	return "[" + alias + "]:" + strconv.Itoa(port)
}

// splitKnownName is the reverse of knownName.
func splitKnownName(name string) (alias string, port int) {
	if host, p, err := net.SplitHostPort(name); err == nil && strings.HasPrefix(name, "[") {
		if n, err := strconv.Atoi(p); err == nil {
			return host, n
		}
	}
	return name, 22
}

// validAlias keeps anything out of the file that would mean something else there.
func validAlias(alias string) bool {
	const forbidden = " \t\r\n,*?!|@#[]\"\\"
	return alias != "" && !strings.ContainsAny(alias, forbidden) && safetext.Trim(alias) == alias && path.Base(alias) == alias
}

package sshclient

import (
	"strings"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/safetext"
)

// cleanText makes text of a device fit for a terminal and keeps line ends, for
// banners.
func cleanText(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\t", "    ").Replace(s)
	lines := strings.Split(strings.TrimRight(s, "\n "), "\n")
	for i, line := range lines {
		lines[i] = safetext.Line(line)
	}
	return strings.Join(lines, "\n")
}

// cleanWords is what an error says. Where a stranger's words make it unsafe, it
// is cleaned, and then the same in every language.
func cleanWords(err error) message.Text { return message.Cleaned(err, safetext.Trim) }

package sshclient

// ttyOpEnd ends a list of encoded terminal modes (RFC 4254, section 8).
const ttyOpEnd = 0

// Package sshclient is the embedded SSH client: configuration, authentication,
// host keys pinned to a SIM, terminal and escapes. It knows nothing of Soracom.
package sshclient

// Package waystest tests the ways in with the programs that people use: OpenSSH,
// scp, sftp, rsync, git, a browser. Its tests run the real napter-connect against
// a simulated Soracom whose devices are real servers.
package waystest

module github.com/napter-connect/napter-connect

go 1.26.0

require (
	github.com/goccy/go-yaml v1.19.2
	github.com/gofrs/flock v0.13.1
	github.com/google/go-cmp v0.7.0
	golang.org/x/sys v0.49.0
)

require golang.org/x/text v0.43.0

require (
	github.com/Microsoft/go-winio v0.6.4
	github.com/cenkalti/backoff/v5 v5.0.3
	github.com/rogpeppe/go-internal v1.16.0
	github.com/skeema/knownhosts v1.3.3
	golang.org/x/crypto v0.58.0
	golang.org/x/net v0.62.0
	golang.org/x/sync v0.24.0
	golang.org/x/term v0.47.0
	mvdan.cc/sh/v3 v3.14.1
)

require (
	github.com/creack/pty v1.1.24
	github.com/kennygrant/sanitize v1.2.4
	github.com/kevinburke/ssh_config v1.6.0
	github.com/mattn/go-shellwords v1.0.16
	github.com/muesli/cancelreader v0.2.2
)

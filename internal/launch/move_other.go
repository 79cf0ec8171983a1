//go:build !linux

package launch

import (
	"io"
)

// splice is for Linux.
func splice(io.Writer, io.Reader, func(int64)) (done bool, read, write error) {
	return false, nil, nil
}

package launch

import (
	"errors"
	"io"
)

// moveBuffer is large, for few system calls where the kernel cannot copy alone.
const moveBuffer = 64 << 10

// move copies to the end of src, and tells moved of each part. It tells apart which
// side failed; the end of src is no failure.
func move(dst io.Writer, src io.Reader, moved func(int64)) (read, write error) {
	if done, read, write := splice(dst, src, moved); done {
		return read, write
	}
	p := make([]byte, moveBuffer)
	for {
		n, read := src.Read(p)
		if n > 0 {
			k, write := dst.Write(p[:n])
			moved(int64(k))
			if write != nil {
				return nil, write
			}
		}
		switch {
		case errors.Is(read, io.EOF):
			return nil, nil
		case read != nil:
			return read, nil
		}
	}
}

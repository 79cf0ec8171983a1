//go:build unix

package i18n_test

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/napter-connect/napter-connect/internal/i18n"
)

// The words of this system's errors are those of the table.
func TestSystemsErrorsAreJapanese(t *testing.T) {
	japanese := i18n.For(i18n.Japanese)
	for _, err := range []error{
		syscall.EADDRINUSE, syscall.EBADF, syscall.EPIPE, syscall.EADDRNOTAVAIL, syscall.ECONNREFUSED, syscall.ECONNRESET,
		syscall.ETIMEDOUT, syscall.ENOTEMPTY, syscall.EDQUOT, syscall.EEXIST, syscall.ENAMETOOLONG, syscall.EHOSTDOWN,
		syscall.EIO, syscall.EINVAL, syscall.EISDIR, syscall.ENETDOWN, syscall.ENETUNREACH, syscall.EHOSTUNREACH,
		syscall.ENOSPC, syscall.ENOENT, syscall.ENOTDIR, syscall.EPERM, syscall.EACCES, syscall.EROFS, syscall.ECONNABORTED,
		syscall.ELOOP, syscall.EMFILE, context.Canceled, context.DeadlineExceeded, fs.ErrClosed, fs.ErrExist, fs.ErrNotExist,
		os.ErrDeadlineExceeded, exec.ErrNotFound, net.ErrClosed,
	} {
		if got := japanese.Error(err); got == err.Error() {
			t.Errorf("%q is not in the table", got)
		}
	}
}

// Names and addresses around them stay as they are.
func TestWrappedSystemErrors(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "100%")
	_, open := os.Open(missing)
	_, dial := net.Dial("tcp", "127.0.0.1:1")
	for want, err := range map[string]error{
		"open " + missing + ": ファイルまたはフォルダーがありません":  open,
		"dial tcp 127.0.0.1:1: connect: 接続を拒否されました": dial,
		"stat x: 権限がありません\n時間切れです": errors.Join(
			&fs.PathError{Op: "stat", Path: "x", Err: syscall.EACCES}, context.DeadlineExceeded),
	} {
		if got := i18n.For(i18n.Japanese).Error(err); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		if got := i18n.For(i18n.English).Error(err); got != err.Error() {
			t.Errorf("%q, want %q", got, err)
		}
	}
}

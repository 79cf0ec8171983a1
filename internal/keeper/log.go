package keeper

import (
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"sync"

	"github.com/napter-connect/napter-connect/internal/message"
)

// logLimit bounds keeper.log, in bytes; the one before it is kept as
// keeper.log.1.
const logLimit = 256 << 10

// logFile is the file of the keeper's own log, which log/slog writes to: no secrets.
type logFile struct {
	mu   sync.Mutex
	path string
	file *os.File
	size int64
}

func openLog(path string) (*logFile, error) {
	l := &logFile{path: path}
	return l, l.open()
}

func (l *logFile) open() error {
	f, err := os.OpenFile(l.path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return message.Errorf("opening the log: %w", err)
	}
	if info, err := f.Stat(); err == nil {
		l.size = info.Size()
	}
	l.file = f
	// A panic goes to the log too: stderr leads nowhere.
	return debug.SetCrashOutput(f, debug.CrashOptions{})
}

// logger writes lines of key=value, in which the handler quotes what is not
// printable.
func (l *logFile) logger() *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }

// Write takes one line.
func (l *logFile) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.size > logLimit {
		l.rotate()
	}
	n, err := l.file.Write(line)
	l.size += int64(n)
	return n, err
}

// printer writes lines of packages that know nothing of slog.
func printer(log *slog.Logger) func(format string, args ...any) {
	return func(format string, args ...any) { log.Info(fmt.Sprintf(format, args...)) }
}

// rotate keeps the old file when it cannot create a new one.
func (l *logFile) rotate() {
	old := l.file
	if err := os.Rename(l.path, l.path+".1"); err != nil {
		return
	}
	if l.open() == nil {
		_ = old.Close()
	}
}

func (l *logFile) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	_ = debug.SetCrashOutput(nil, debug.CrashOptions{})
	_ = l.file.Close()
}

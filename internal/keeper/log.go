package keeper

import (
	"fmt"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/safetext"
)

// logLimit bounds keeper.log, in bytes; the one before it is kept as
// keeper.log.1.
const logLimit = 256 << 10

// logFile is the keeper's own log: times and lines, no secrets.
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

func (l *logFile) printf(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.size > logLimit {
		l.rotate()
	}
	line := time.Now().UTC().Format(time.RFC3339) + " " + safetext.Line(fmt.Sprintf(format, args...)) + "\n"
	n, _ := l.file.WriteString(line)
	l.size += int64(n)
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

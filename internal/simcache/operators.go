package simcache

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/napter-connect/napter-connect/internal/atomicfile"
	"github.com/napter-connect/napter-connect/internal/config"
	"github.com/napter-connect/napter-connect/internal/message"
)

// Choice is what decides, on a command line and in its environment, who calls the
// API and where. Commands that may not call the API find the list by it.
type Choice struct {
	ProfileDir, Profile, Coverage, Endpoint string
}

func (c Choice) key() string {
	data, _ := json.Marshal([]string{c.ProfileDir, c.Profile, c.Coverage, c.Endpoint}) // strings always marshal
	return string(data)
}

// account is what a choice led to the last time.
type account struct {
	Endpoint string `json:"endpoint"`
	Operator string `json:"operator"`
}

func operatorsFile(dir string) string { return filepath.Join(dir, "operators.json") }

// Remember notes which operator at which endpoint a choice led to. Two processes
// that do so at once may lose one of the notes until its next time.
func Remember(dir string, c Choice, endpoint, operator string) error {
	known, err := readOperators(dir)
	if err != nil {
		return err
	}
	now := account{endpoint, operator}
	if known[c.key()] == now {
		return nil
	}
	known[c.key()] = now
	data, err := json.MarshalIndent(known, "", " ")
	if err != nil {
		return message.Errorf("remembering the operator: %w", err)
	}
	if err := config.MakeDir(dir); err != nil {
		return message.Errorf("remembering the operator: %w", err)
	}
	return atomicfile.Write(operatorsFile(dir), append(data, '\n'), atomicfile.Options{})
}

// Find is the cache that belongs to a choice, by what it led to the last time; ok
// is false when it was never used.
func Find(dir string, c Choice) (cache *Cache, ok bool) {
	known, err := readOperators(dir)
	a, ok := known[c.key()]
	if err != nil || !ok {
		return nil, false
	}
	return Open(dir, a.Endpoint, a.Operator), true
}

// readOperators takes a damaged file for an empty one.
func readOperators(dir string) (map[string]account, error) {
	known := map[string]account{}
	data, err := os.ReadFile(operatorsFile(dir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return known, message.Errorf("reading the remembered operators: %w", err)
	}
	if json.Unmarshal(data, &known) != nil || known == nil {
		known = map[string]account{}
	}
	return known, nil
}

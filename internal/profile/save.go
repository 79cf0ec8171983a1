package profile

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/napter-connect/napter-connect/internal/atomicfile"
	"github.com/napter-connect/napter-connect/internal/message"
)

// ExistsError says that a profile is there already.
type ExistsError struct{ Name, Path string }

// Text names the profile and its file.
func (e *ExistsError) Text() message.Text {
	return message.New("the profile %s exists already (%s)", e.Name, e.Path)
}

func (e *ExistsError) Error() string { return e.Text().String() }

// Hint is the next step.
func (e *ExistsError) Hint() message.Text {
	return message.New("choose another name with --profile, or replace it with --force")
}

// Save writes the account as a profile of the official CLI, 0600 in a 0700
// folder, and returns its path. It replaces a profile only if told to. An
// endpoint that is not the standard one of its coverage type is kept, since
// credentials belong to their endpoint; an MFA code is not, since it is used up.
func Save(o Options, a Account, overwrite bool) (path string, err error) {
	dir, err := Dir(o)
	if err != nil {
		return "", err
	}
	if a.Switch != nil {
		return "", message.Errorf("saving the profile: an account that switches users can't be saved")
	}
	name, err := fileName(dir, o.Name)
	if err != nil {
		return "", err
	}
	f := file{
		CoverageType: a.Coverage,
		AuthKeyID:    a.Credentials.AuthKeyID,
		AuthKey:      a.Credentials.AuthKey,
		Email:        a.Credentials.Email,
		Password:     a.Credentials.Password,
		OperatorID:   a.Credentials.OperatorID,
		Username:     a.Credentials.UserName,
		Headers:      a.Headers,
	}
	if a.Endpoint != standard(a.Coverage, false) {
		f.Endpoint = a.Endpoint
	}
	data, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return "", message.Errorf("saving the profile: %w", err)
	}
	// Not config.MakeDir: the mode of an existing folder is the user's affair.
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", message.Errorf("saving the profile: %w", err)
	}
	path = filepath.Join(dir, name+".json")
	if err := write(path, append(data, '\n'), overwrite); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return "", &ExistsError{Name: name, Path: path}
		}
		return "", message.Errorf("saving the profile: %w", err)
	}
	return path, nil
}

// write replaces path at once, or takes the name if it is free: whoever else
// makes the file meanwhile keeps it.
func write(path string, data []byte, overwrite bool) error {
	if overwrite {
		return atomicfile.Write(path, data, atomicfile.Options{})
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := atomicfile.Write(path, data, atomicfile.Options{}); err != nil {
		_ = os.Remove(path)
		return err
	}
	return nil
}

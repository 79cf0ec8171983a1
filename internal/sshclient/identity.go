package sshclient

import (
	"bytes"
	"encoding/pem"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/crypto/ssh"

	"github.com/napter-connect/napter-connect/internal/message"
	"github.com/napter-connect/napter-connect/internal/sshclient/sshkey"
)

// maxKeyFile bounds what is read of a key file, as OpenSSH does.
const maxKeyFile = 1 << 20

// identity is an identity file: what is known of it before anyone is asked.
type identity struct {
	path string
	pub  ssh.PublicKey // nil when only the passphrase would tell
	// signer is set for a key that is not encrypted, sealed for one that is. With
	// neither, the private half must be in the agent.
	signer ssh.Signer
	sealed []byte
}

// defaultIdentities are OpenSSH's, in its order.
func defaultIdentities() []string {
	home, err := os.UserHomeDir()
	if err != nil {
		return nil
	}
	var paths []string
	for _, name := range []string{"id_rsa", "id_ecdsa", "id_ecdsa_sk", "id_ed25519", "id_ed25519_sk"} {
		paths = append(paths, filepath.Join(home, ".ssh", name))
	}
	return paths
}

// loadIdentity reads an identity file. The error is fs.ErrNotExist when there is
// neither the file nor its .pub.
func loadIdentity(path string) (*identity, error) {
	id := &identity{path: path}
	data, err := readKeyFile(path)
	if err != nil {
		if pub, errPub := readPublicKey(path + ".pub"); errors.Is(err, fs.ErrNotExist) && errPub == nil {
			id.pub = pub // OpenSSH takes this too: the private half is in the agent
			return id, nil
		}
		return nil, err
	}
	if pub, _, _, _, err := ssh.ParseAuthorizedKey(data); err == nil {
		id.pub = pub
		return id, nil
	}
	if err := checkKeyMode(path); err != nil {
		return nil, err
	}
	return id, id.parse(data)
}

func (id *identity) parse(data []byte) error {
	signer, err := ssh.ParsePrivateKey(data)
	var sealed *ssh.PassphraseMissingError
	switch {
	case err == nil:
		id.signer, id.pub = signer, signer.PublicKey()
	case isHardwareKey(data):
		id.pub, _ = openSSHPublicKey(data)
	case errors.As(err, &sealed):
		id.sealed, id.pub = data, sealed.PublicKey
	case sealedPKCS8(data) != nil:
		id.sealed = data
	case bytes.HasPrefix(data, []byte("PuTTY-User-Key-File-")):
		return message.Errorf("%s is a PuTTY key: convert it with puttygen %s -O private-openssh -o NEWKEY", id.path, id.path)
	default:
		return message.Errorf("%s: not a private key that can be read: %w", id.path, err)
	}
	if id.sealed != nil && id.pub == nil {
		id.pub, _ = readPublicKey(id.path + ".pub")
	}
	return nil
}

// hardware says whether the private half is in a FIDO token.
func (id *identity) hardware() bool {
	return id.pub != nil && strings.HasPrefix(sshkey.Plain(id.pub).Type(), "sk-")
}

func readKeyFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if fault, ok := errors.AsType[*fs.PathError](err); ok {
		return nil, message.Errorf("%s: %w", path, fault.Err)
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	if st, err := f.Stat(); err == nil && st.IsDir() {
		return nil, message.Errorf("%s: is a folder", path)
	}
	data, err := io.ReadAll(io.LimitReader(f, maxKeyFile+1))
	if err != nil {
		return nil, message.Errorf("reading the key: %w", err)
	}
	if len(data) > maxKeyFile {
		return nil, message.Errorf("%s: too large to be a key", path)
	}
	return data, nil
}

func readPublicKey(path string) (ssh.PublicKey, error) {
	data, err := readKeyFile(path)
	if err != nil {
		return nil, err
	}
	pub, _, _, _, err := ssh.ParseAuthorizedKey(data)
	if err != nil {
		return nil, message.Errorf("%s: %w", path, err)
	}
	return pub, nil
}

// readCertificate reads an OpenSSH user certificate.
func readCertificate(path string) (*ssh.Certificate, error) {
	pub, err := readPublicKey(path)
	if err != nil {
		return nil, err
	}
	cert, ok := pub.(*ssh.Certificate)
	if !ok || cert.CertType != ssh.UserCert {
		return nil, message.Errorf("%s: not a user certificate", path)
	}
	return cert, nil
}

func isHardwareKey(data []byte) bool {
	pub, err := openSSHPublicKey(data)
	return err == nil && strings.HasPrefix(pub.Type(), "sk-")
}

// openSSHPublicKey reads the public half of a private key in OpenSSH's format,
// which stands outside of its encrypted part (openssh-portable PROTOCOL.key). Of
// a file in another format the error is errors.ErrUnsupported.
func openSSHPublicKey(data []byte) (ssh.PublicKey, error) {
	const magic = "openssh-key-v1\x00"
	block, _ := pem.Decode(data)
	if block == nil || !strings.HasPrefix(string(block.Bytes), magic) {
		return nil, errors.ErrUnsupported
	}
	var head struct {
		Cipher, KDF, KDFOptions string
		Keys                    uint32
		Public                  []byte
		Rest                    []byte `ssh:"rest"`
	}
	if err := ssh.Unmarshal(block.Bytes[len(magic):], &head); err != nil {
		return nil, err
	}
	return ssh.ParsePublicKey(head.Public)
}

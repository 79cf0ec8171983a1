package simulator

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"time"
)

// authority is the CA of one simulator.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pem  []byte
}

// certLife is long enough for any run, and counts from a day ago so that a
// skewed clock does not matter.
const certLife = 30 * 24 * time.Hour

func newAuthority() (*authority, error) {
	t := &x509.Certificate{
		Subject: pkix.Name{CommonName: "napter-connect simulator CA"},
		IsCA:    true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	a := &authority{}
	der, key, err := a.sign(t)
	if err != nil {
		return nil, fmt.Errorf("making the CA: %w", err)
	}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		return nil, fmt.Errorf("making the CA: %w", err)
	}
	a.key = key
	a.pem = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return a, nil
}

// sign makes a key and a certificate for it, signed by the CA or, while there is
// none, by itself.
func (a *authority) sign(t *x509.Certificate) ([]byte, *ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	t.SerialNumber = new(big.Int).SetBytes(random(16))
	t.NotBefore = time.Now().Add(-24 * time.Hour)
	t.NotAfter = t.NotBefore.Add(certLife)
	parent, signer := t, key
	if a.cert != nil {
		parent, signer = a.cert, a.key
	}
	der, err := x509.CreateCertificate(rand.Reader, t, parent, &key.PublicKey, signer)
	return der, key, err
}

// server is the TLS configuration of a server with these names and addresses.
func (a *authority) server(names []string, ips ...net.IP) (*tls.Config, error) {
	der, key, err := a.sign(&x509.Certificate{
		Subject:  pkix.Name{CommonName: "napter-connect simulator"},
		DNSNames: names, IPAddresses: ips,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	})
	if err != nil {
		return nil, fmt.Errorf("making a server certificate: %w", err)
	}
	return &tls.Config{
		MinVersion:   tls.VersionTLS12,
		Certificates: []tls.Certificate{{Certificate: [][]byte{der, a.cert.Raw}, PrivateKey: key}},
	}, nil
}

// CACertPEM is the certificate of the CA that signs the API (Options.TLS), the IP
// services and the relays of mappings with TLS.
func (s *Simulator) CACertPEM() []byte { return s.ca.pem }

package simulator

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// WriteProfiles writes profile files of the official CLI's form, 0600 in a 0700
// folder: default (AuthKey of the engineer), root (e-mail and password), sam (SAM
// password), mfa (SAM password, asks for a code), limited (the contractor's
// AuthKey), reader (may look only), revoked (an AuthKey that is no longer good)
// and switch (from default to the partner's user).
func (s *Simulator) WriteProfiles(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("writing profiles: %w", err)
	}
	for name, p := range s.profiles() {
		p["coverageType"] = "jp"
		p["endpoint"] = s.Endpoint()
		b, err := json.MarshalIndent(p, "", "  ")
		if err != nil {
			return fmt.Errorf("writing profile %s: %w", name, err)
		}
		if err := os.WriteFile(filepath.Join(dir, name+".json"), append(b, '\n'), 0o600); err != nil {
			return fmt.Errorf("writing profiles: %w", err)
		}
	}
	return nil
}

func (s *Simulator) profiles() map[string]map[string]any {
	account := func(name string) Account { a, _ := s.Account(name); return a }
	byKey := func(a Account) map[string]any { return map[string]any{"authKeyId": a.AuthKeyID, "authKey": a.AuthKey} }
	bySAM := func(a Account) map[string]any {
		return map[string]any{"operatorId": a.OperatorID, "username": a.Name, "password": a.Password}
	}
	root, partner := account(Root), account(PartnerSAM)
	return map[string]map[string]any{
		"default": byKey(account(Engineer)),
		"root":    {"email": root.Email, "password": root.Password},
		"sam":     bySAM(account(Engineer)),
		"mfa":     bySAM(account(Careful)),
		"limited": byKey(account(Contractor)),
		"reader":  byKey(account(Reader)),
		"revoked": {"authKeyId": "keyId-0000000000000000000000000000000000", "authKey": "secret-revoked"},
		"switch":  {"sourceProfile": "default", "operatorId": partner.OperatorID, "username": partner.Name},
	}
}

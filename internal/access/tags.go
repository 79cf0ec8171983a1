package access

import (
	"encoding/json"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/napter-connect/napter-connect/internal/tsv"
)

// Tags are a SIM's tags but for its name, as tab-separated keys and values, by key.
// A map for each of 100,000 SIMs would take longer than all the rest of reading
// them.
type Tags string

// NewTags leaves out the name, which SIM has.
func NewTags(tags map[string]string) Tags {
	var b []byte
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		if key == nameTag && tags[key] != "" {
			continue
		}
		if len(b) > 0 {
			b = append(b, '\t')
		}
		b = append(tsv.Append(b, key), '\t')
		b = tsv.Append(b, tags[key])
	}
	return Tags(b)
}

const nameTag = "name"

// All has the keys and values, by key.
func (t Tags) All() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for rest, more := string(t), t != ""; more; {
			var key, value string
			key, rest, _ = strings.Cut(rest, "\t")
			value, rest, more = strings.Cut(rest, "\t")
			if !yield(tsv.Field(key), tsv.Field(value)) {
				return
			}
		}
	}
}

// UnmarshalJSON reads what SIM.MarshalJSON writes.
func (t *Tags) UnmarshalJSON(data []byte) error {
	var tags map[string]string
	err := json.Unmarshal(data, &tags)
	*t = NewTags(tags)
	return err
}

// TagMap has all tags, the name among them, or is nil. It is made at each call.
func (s SIM) TagMap() map[string]string {
	if s.Name == "" && s.Tags == "" {
		return nil
	}
	tags := maps.Collect(s.Tags.All())
	if s.Name != "" {
		tags[nameTag] = s.Name
	}
	return tags
}

// MarshalJSON writes all tags as an object, as the API gives them.
func (s SIM) MarshalJSON() ([]byte, error) {
	type plain SIM
	return json.Marshal(struct {
		plain
		Tags map[string]string `json:"tags,omitempty"`
	}{plain(s), s.TagMap()})
}

package client

import (
	"context"
	"errors"
	"iter"
	"net/url"

	"github.com/napter-connect/napter-connect/internal/message"
)

// pages walks through all pages of a list: the answer's x-soracom-next-key
// header is the next request's last_evaluated_key, until there is none. An error
// is the last item.
func pages[T any](ctx context.Context, s *Session, r request) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		seen := map[string]bool{}
		for r := r; ; {
			res, err := s.do(ctx, r)
			if err != nil {
				yield(zero, err)
				return
			}
			var list []T
			if err := res.decode(&list); err != nil {
				yield(zero, err)
				return
			}
			for _, item := range list {
				if !yield(item, nil) {
					return
				}
			}
			key := res.header.Get("x-soracom-next-key")
			if key == "" {
				return
			}
			if seen[key] {
				yield(zero, res.unreadable(message.New("it leads to a page that was read before")))
				return
			}
			seen[key] = true
			r.query = withKey(r.query, key)
		}
	}
}

func withKey(q url.Values, key string) url.Values {
	next := url.Values{"last_evaluated_key": {key}}
	for name, values := range q {
		if name != "last_evaluated_key" {
			next[name] = values
		}
	}
	return next
}

// list reads a list of one page, for which the API may answer 404 when it is
// empty.
func list[T any](ctx context.Context, s *Session, r request) ([]T, error) {
	items, err := get[[]T](ctx, s, r)
	var answer *Error
	if errors.As(err, &answer) && answer.gone() {
		return nil, nil
	}
	return items, err
}

// failed is the iterator of a request that can't be made.
func failed[T any](err error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		yield(zero, err)
	}
}

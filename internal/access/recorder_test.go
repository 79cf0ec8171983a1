package access

import (
	"errors"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/napter-connect/napter-connect/internal/message"
)

func TestRecorderTimes(t *testing.T) {
	now := time.Unix(1000, 0)
	var got []Event
	r := NewRecorder(func(e Event) { got = append(got, e) }, func() time.Time { return now })
	now = now.Add(time.Second)
	end := r.Start(StepLogin)
	now = now.Add(2 * time.Second)
	end(message.Verbatim("OP1"), nil)
	end(message.Verbatim("again"), errors.New("ignored"))
	r.Forward()(Event{Step: StepList, At: time.Second})
	want := []Event{
		{Step: StepLogin, At: time.Second},
		{Step: StepLogin, Done: true, Detail: message.Verbatim("OP1"), At: 3 * time.Second, Elapsed: 2 * time.Second},
		{Step: StepList, At: 4 * time.Second},
	}
	if len(got) != len(want) {
		t.Fatalf("got %v", got)
	}
	for i := range want {
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Errorf("event %d is %+v, want %+v", i, got[i], want[i])
		}
	}
}

func TestRecorderOrdersConcurrentSteps(t *testing.T) {
	var got []Event
	r := NewRecorder(func(e Event) { got = append(got, e) }, nil) // unguarded: the recorder's job
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() { r.Start(StepSIM)(message.Text{}, nil) })
	}
	wg.Wait()
	if len(got) != 100 {
		t.Fatalf("%d events", len(got))
	}
	for i := 1; i < len(got); i++ {
		if got[i].At < got[i-1].At {
			t.Fatalf("event %d is at %s, after one at %s", i, got[i].At, got[i-1].At)
		}
	}
}

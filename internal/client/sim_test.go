package client

import (
	"context"
	"slices"
	"testing"
)

// realSim is a Sim as the definition describes it, with what the API is known to
// write differently: floats, nulls and unknown fields.
const realSim = `{
 "simId":"8981100000000000001","operatorId":"OP0012345678","type":"uicc","moduleType":"nano","status":"active",
 "speedClass":"s1.standard","groupId":null,"tags":{"name":"gateway-001","site":"大阪"},"serialNumber":"AB1",
 "activeProfileId":"8981100000000000001","capabilities":{"data":true,"sms":false},"newField":[1,{"a":2}],
 "profiles":{"8981100000000000001":{"iccid":"8981100000000000001","primaryImsi":"440101111111111","otaSupported":false,
   "subscribers":{"440101111111111":{"imsi":"440101111111111","msisdn":"0901","status":"active","subscription":"plan-D"},
                  "999991234567890":{"imsi":"999991234567890","status":"active","subscription":"planArc01"}}}},
 "sessionStatus":{"online":true,"imsi":"440101111111111","imei":"350000000000001","ueIpAddress":"10.1.2.3",
   "sessionId":"s-1","subscription":"plan-D","lastUpdatedAt":1.7e12,"dnsServers":["100.127.0.53"],
   "cell":{"radioType":"LTE","mcc":440.0,"mnc":"10","tac":4660,"eci":268435455}},
 "previousSession":{"imsi":"440101111111111","createdTime":1690000000000,"deletedTime":1690000001000.0},
 "arcSessionStatus":null,
 "lastPortMappingCreatedTime":null,"createdTime":1600000000000,"lastModifiedTime":1600000000001}`

func TestSimDecodes(t *testing.T) {
	srv := newServer(t, answer(200, realSim))
	sim, err := newSession(t, srv.URL).GetSim(context.Background(), "8981100000000000001")
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "name", sim.Name(), "gateway-001")
	equal(t, "online", sim.Online(), true)
	equal(t, "arc", sim.Arc(), true)
	equal(t, "imei", sim.IMEI(), "350000000000001")
	equal(t, "cell", *sim.SessionStatus.Cell, Cell{RadioType: "LTE", MCC: 440, MNC: 10, TAC: 4660, ECI: 268435455})
	equal(t, "updated", sim.SessionStatus.LastUpdatedAt, 1700000000000)
	equal(t, "deleted", sim.PreviousSession.DeletedTime, 1690000001000)
	if got, want := sim.IMSIs(), []string{"440101111111111", "999991234567890"}; !slices.Equal(got, want) {
		t.Errorf("IMSIs %v, want %v", got, want)
	}
}

func TestSimWithoutSession(t *testing.T) {
	srv := newServer(t, answer(200, `{"simId":"89","sessionStatus":null,"tags":{"name":null},"type":"virtual"}`))
	sim, err := newSession(t, srv.URL).GetSim(context.Background(), "89")
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "online", sim.Online(), false)
	equal(t, "name", sim.Name(), "")
	equal(t, "imei", sim.IMEI(), "")
	equal(t, "arc", sim.Arc(), true)
	equal(t, "IMSIs", len(sim.IMSIs()), 0)
}

func TestPortMappingDecodes(t *testing.T) {
	srv := newServer(t, answer(200, `[{"operatorId":"OP1","simId":"89","ipAddress":"192.0.2.10","port":40022.0,
		"hostname":"192-0-2-10.napter.soracom.io","endpoint":"192.0.2.10:40022","duration":1.8e3,"tlsRequired":false,
		"createdTime":1700000000000.0,"expiredTime":1700001800000,"expired":false,"placement":"default",
		"source":{"ipRanges":["203.0.113.7/32","198.51.100.9","198.51.100.77/24"]},
		"destination":{"port":22.0,"simId":"89","destinationChoosingStrategy":"AIR_PRIORITIZED"}}]`))
	list, err := newSession(t, srv.URL).ListPortMappingsForSim(context.Background(), "89")
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	m := list[0]
	equal(t, "port", m.Port, 40022)
	equal(t, "duration", m.Duration, 1800)
	equal(t, "device port", m.Destination.Port, 22)
	equal(t, "strategy", m.Destination.Strategy, AirPrioritized)
	equal(t, "expires", m.ExpiredTime.Time().Sub(m.CreatedTime.Time()).Minutes(), 30)
	ranges, err := m.SourceRanges()
	if err != nil {
		t.Fatal(err)
	}
	var text []string
	for _, r := range ranges {
		text = append(text, r.String())
	}
	if want := []string{"203.0.113.7/32", "198.51.100.9/32", "198.51.100.0/24"}; !slices.Equal(text, want) {
		t.Errorf("ranges %v, want %v", text, want)
	}
	m.Source.IPRanges = []string{"anywhere"}
	if _, err := m.SourceRanges(); err == nil {
		t.Error("a range that is none was accepted")
	}
}

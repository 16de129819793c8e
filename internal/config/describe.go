package config

import (
	"reflect"
	"strings"
)

// Key is a key of the configuration file. Path is where it stands, such as merchants[].accounts[].url, [] for one of a
// list. Default is what holds when it is left out, as it could be written; empty for nothing, or in brackets where it
// depends. Env is the environment variable that wins over it, if there is one.
type Key struct {
	Path    string `json:"path"`
	Default string `json:"default,omitempty"`
	Meaning string `json:"meaning"`
	Env     string `json:"env,omitempty"`
}

// Keys lists every key that Load reads, in the order of the program's own types. It is made of what Load decodes into.
func Keys() []Key {
	var f fileConfig
	scalars := f.scalars()
	var keys []Key
	walkKeys(reflect.TypeFor[fileConfig](), "", func(path string) {
		about := described[path]
		k := Key{Path: path, Default: about.otherwise, Meaning: about.meaning}
		if _, ok := scalars[path]; ok {
			k.Env = "LUNAS_" + strings.ToUpper(path)
		}
		keys = append(keys, k)
	})
	return keys
}

// walkKeys calls f for every key of a struct of the file that holds a value or a list of values.
func walkKeys(t reflect.Type, prefix string, f func(path string)) {
	for i := range t.NumField() {
		name, squash := strings.CutSuffix(t.Field(i).Tag.Get("koanf"), ",squash")
		if name == "-" {
			continue
		}
		path, kind := prefix+name, t.Field(i).Type
		if kind.Kind() == reflect.Slice && kind.Elem().Kind() == reflect.Struct {
			path, kind = path+"[]", kind.Elem()
		}
		switch {
		case squash:
			walkKeys(kind, prefix, f)
		case kind.Kind() == reflect.Struct:
			walkKeys(kind, path+".", f)
		default:
			f(path)
		}
	}
}

type about struct{ otherwise, meaning string }

// described says what keys mean. A test holds it against the types, and each default against what Load makes of it.
var described = map[string]about{ // never written
	"listen":               {"127.0.0.1:8080", "address of the API; put a reverse proxy with TLS in front"},
	"public_url":           {"", "where customers reach /pay/ and /checkout/; without it payments have no checkout_url"},
	"database":             {"", "a file for SQLite, or postgres://user@host1,host2/lunas?target_session_attrs=read-write; required"},
	"master_key_file":      {"", "holds the key that seals, and behind it those of before; or LUNAS_MASTER_KEY; required"},
	"log_level":            {"info", "debug, info, warn, error"},
	"log_format":           {"json", "json, text"},
	"drain":                {"90s", "how long a shutdown waits for calls under way"},
	"webhooks.allow":       {"[]", "private networks that webhooks may go to, such as 10.20.0.0/16; plain http only there"},
	"limits.per_phone":     {"[5 in 10m, 30 in 24h]", "pushes to one phone, whoever asks; the sandbox's accounts are not limited"},
	"limits.per_key":       {"[]", "payments with one API key, such as 100 in 1s; empty: no limit"},
	"metrics_listen":       {"", "the operator's own listener with /metrics, such as 127.0.0.1:9464"},
	"metrics_per_merchant": {"false", "tell metrics of payments apart by merchant"},
	"pprof":                {"false", "Go's profiles on metrics_listen, which must be on loopback"},
	"otlp_endpoint":        {"", "OpenTelemetry collector (OTLP over HTTP), such as http://127.0.0.1:4318"},
	"trace_ratio":          {"0.01", "share of requests that are traced, from 0 to 1"},

	"doctor.egress":         {"[]", "addresses or networks that providers have whitelisted, such as 203.0.113.7"},
	"doctor.reflector":      {"", "an address that answers with the caller's own, for lunas doctor; left out: nobody is asked"},
	"doctor.callback_probe": {"", "somebody outside who looks at a callback, whose address is added; see docs/live.md"},
	"doctor.ntp":            {"", "time server that lunas doctor asks, such as id.pool.ntp.org:123"},
	"doctor.keys":           {"[]", "folders of lunas credentials keygen"},

	"notices.merchant":           {"", "whose live webhook endpoints also hear what concerns the gateway as a whole"},
	"notices.smtp.host":          {"", "mail server for e-mails about what needs a human, such as mail.example.id:587; left out: none are sent"},
	"notices.smtp.encryption":    {"starttls", "starttls, tls (port 465), none (this machine only)"},
	"notices.smtp.from":          {"", "who sends them"},
	"notices.smtp.to":            {"[]", "who gets them"},
	"notices.smtp.user":          {"", "for the log-in; left out: none"},
	"notices.smtp.password_file": {"", "holds the password"},
	"notices.smtp.password_env":  {"", "environment variable that holds it instead"},

	"console.off":                     {"false", "on to serve no pages for operators here"},
	"console.url":                     {"(public_url)", "where operators reach /console, such as https://console.example.id; with https their cookies are for https only"},
	"console.oidc.name":               {"(OpenID Connect)", "what people call the identity provider, such as Google"},
	"console.oidc.issuer":             {"", "its address, such as https://accounts.google.com; it sends people back to console.url + /console/oidc/callback"},
	"console.oidc.client_id":          {"", "given by the provider"},
	"console.oidc.client_secret_file": {"", "file with the secret that belongs to it"},
	"console.oidc.client_secret_env":  {"", "environment variable with the secret that belongs to it"},
	"console.four_eyes":               {"[void, refund, reverse, resolve, numbering]", "what takes two people; [] for nothing"},

	"merchants[].four_eyes":           {"(console.four_eyes)", "what takes two people with this merchant"},
	"merchants[].id":                  {"", "yours; unique; required"},
	"merchants[].name":                {"(the id)", "what customers read"},
	"merchants[].api_keys[].mode":     {"", "live keys reach production accounts, test keys all others; required"},
	"merchants[].api_keys[].key_file": {"", "holds lunas_live_ or lunas_test_ and at least 24 random characters"},
	"merchants[].api_keys[].key_env":  {"", "environment variable that holds it instead"},
	"merchants[].api_keys[].expires":  {"", "such as 2027-12-31T00:00:00+07:00; left out: never"},
	"merchants[].api_keys[].scopes":   {"[read, pay, refund, admin]", "what the key may do"},
	"merchants[].prefer":              {"(as the accounts stand)", "whose account is tried first where a payment names no rail: ovo, doku, faspay"},
	"merchants[].fail_over.on":        {"false", "on to the next rail after an attempt that is known to have charged nobody"},
	"merchants[].choose_within":       {"(1h)", "how long customers may choose how to pay on a payment's page, unless the payment says otherwise; 1m to 720h"},
	"merchants[].fail_over.within":    {"(2m)", "of the request; nobody is asked again later; at most 1h"},

	"merchants[].accounts[].id":            {"", "yours; unique for the merchant; required"},
	"merchants[].accounts[].rail":          {"", "ovo, snap (QRIS), doku, faspay; required"},
	"merchants[].accounts[].environment":   {"", "sandbox, staging, production; required"},
	"merchants[].accounts[].url":           {"(the provider's own)", "where the provider is reached; the sandbox needs one"},
	"merchants[].accounts[].app_id":        {"", "ovo: from OVO; required there"},
	"merchants[].accounts[].app_key_file":  {"", "ovo: holds the app key from OVO"},
	"merchants[].accounts[].app_key_env":   {"", "ovo: environment variable that holds it instead"},
	"merchants[].accounts[].sign_body":     {"false", "ovo: OVO's newer signature, which covers the body"},
	"merchants[].accounts[].app_source":    {"(POS)", "ovo: appSource of pushes"},
	"merchants[].accounts[].waiting_text":  {"steps", "ovo: which of OVO's instructions the customer's page shows: steps, sentence"},
	"merchants[].accounts[].pad_numbers":   {"false", "ovo: reference numbers with leading zeros"},
	"merchants[].accounts[].original_date": {"false", "ovo: reversal and void carry the push's date instead of their own"},
	"merchants[].accounts[].inquiry_first": {"true", "ovo: ask whether a phone is registered before our pages push to it"},

	"merchants[].accounts[].client_id":              {"", "snap, doku: from the provider; required there"},
	"merchants[].accounts[].client_secret_file":     {"", "snap: holds the client secret"},
	"merchants[].accounts[].client_secret_env":      {"", "snap: environment variable that holds it instead"},
	"merchants[].accounts[].private_key_file":       {"", "snap: holds the RSA key, PKCS#1 or PKCS#8, as PEM"},
	"merchants[].accounts[].private_key_env":        {"", "snap: environment variable that holds it instead"},
	"merchants[].accounts[].partner_id":             {"(the client id)", "snap: X-PARTNER-ID"},
	"merchants[].accounts[].channel_id":             {"", "snap: CHANNEL-ID; left out: not sent"},
	"merchants[].accounts[].origin":                 {"", "snap: ORIGIN; left out: not sent"},
	"merchants[].accounts[].allowed_sources":        {"", "snap: which sources of funds may pay, by the contract"},
	"merchants[].accounts[].compact_timestamps":     {"false", "snap: X-TIMESTAMP as in OVO's sample log"},
	"merchants[].accounts[].nmid":                   {"", "snap: the NMID that every QR must carry"},
	"merchants[].accounts[].paths.access_token":     {"(/v1.0/access-token/b2b)", "snap: below url, where the provider's differ"},
	"merchants[].accounts[].paths.generate":         {"(/v1.0/qr/qr-mpm-generate)", "snap: the same"},
	"merchants[].accounts[].paths.query":            {"(/v1.0/qr/qr-mpm-query)", "snap: the same"},
	"merchants[].accounts[].paths.refund":           {"(/v1.0/qr/qr-mpm-refund)", "snap: the same"},
	"merchants[].accounts[].notify.mode":            {"", "snap: shared_secret, issued_token or provider_key; left out: notifications are not taken"},
	"merchants[].accounts[].notify.public_key_file": {"", "snap: the provider's public key, for provider_key and issued_token"},
	"merchants[].accounts[].notify.tolerance":       {"(5m; doku 24h)", "snap, doku: how old a notification may be"},
	"merchants[].accounts[].notify.path":            {"", "snap, doku: path of the address that the provider was given, where a proxy changes it: it is signed"},
	"merchants[].accounts[].notify.client_id":       {"(the client id)", "snap: X-CLIENT-KEY with which the provider asks for a token, for issued_token"},

	"merchants[].accounts[].secret_key_file":    {"", "doku: holds the secret key"},
	"merchants[].accounts[].secret_key_env":     {"", "doku: environment variable that holds it instead"},
	"merchants[].accounts[].unsigned":           {"false", "doku: pushes and voids without header signature"},
	"merchants[].accounts[].void_path":          {"(/ovo-emoney/v1/cancel)", "doku: path of the void"},
	"merchants[].accounts[].response_check_sum": {"", "doku: alphabetical; left out: the check_sum of answers is not looked at"},
	"merchants[].accounts[].signed_responses":   {"false", "doku: answers must be signed"},
	"merchants[].accounts[].can_void":           {"true", "doku: false where the provider gives no voids"},
	"merchants[].accounts[].check_after":        {"60s", "doku: when the status is asked first, after the end of a push's call"},

	"merchants[].accounts[].merchant_id":        {"", "faspay: 5 digits from Faspay; required there"},
	"merchants[].accounts[].merchant_name":      {"", "faspay: on bills, at most 32 characters; required there"},
	"merchants[].accounts[].user_id":            {"", "faspay: from Faspay; required there"},
	"merchants[].accounts[].password_file":      {"", "faspay: holds the password"},
	"merchants[].accounts[].password_env":       {"", "faspay: environment variable that holds it instead"},
	"merchants[].accounts[].flow":               {"direct", "faspay: direct pushes to the phone; redirect sends the customer to Faspay's page"},
	"merchants[].accounts[].bill_life":          {"1h", "faspay: unless the payment says otherwise; 5m to 720h"},
	"merchants[].accounts[].encoding":           {"json", "faspay: json, or xml, which in production needs the three paths"},
	"merchants[].accounts[].decimal_amounts":    {"false", "faspay: amounts with decimals"},
	"merchants[].accounts[].content_type":       {"(Faspay's)", "faspay: Content-Type of requests"},
	"merchants[].accounts[].post_data_xml_path": {"(Faspay's)", "faspay: path of post data in XML"},
	"merchants[].accounts[].inquiry_xml_path":   {"(Faspay's)", "faspay: path of the inquiry in XML"},
	"merchants[].accounts[].cancel_xml_path":    {"(Faspay's)", "faspay: path of the cancel in XML"},
	"merchants[].accounts[].redirect_path":      {"(Faspay's)", "faspay: path of Faspay's page"},
	"merchants[].accounts[].customer.name":      {"Pelanggan", "faspay: who is billed where a payment names nobody"},
	"merchants[].accounts[].customer.email":     {"", "faspay: the same; required there"},
	"merchants[].accounts[].confirm_notified":   {"true", "faspay: false: what Faspay notifies counts without an inquiry"},

	"merchants[].accounts[].terms.late_approval":     {"accept", "ovo: accept or reverse an approval that comes 60 to 65 s after the push"},
	"merchants[].accounts[].terms.on_check_approved": {"accept", "ovo: accept or reverse a push that the automatic check finds paid"},
	"merchants[].accounts[].terms.auto_check":        {"true", "ovo: ask once at 60 s"},
	"merchants[].accounts[].terms.cut_off_guard":     {"refuse", "ovo: refuse or flag a push that could no longer be reversed before 23:59 WIB"},
	"merchants[].accounts[].terms.shorten":           {"1", "tests against the sandbox: every wait is divided by this, up to 60"},

	"merchants[].accounts[].terminals[].id":          {"", "yours; unique for the merchant; required"},
	"merchants[].accounts[].terminals[].tid":         {"", "ovo, snap: the provider's terminal id; required there"},
	"merchants[].accounts[].terminals[].mid":         {"", "ovo, snap: the provider's merchant id; required there"},
	"merchants[].accounts[].terminals[].merchant_id": {"", "ovo: merchant id at OVO; required there"},
	"merchants[].accounts[].terminals[].store_code":  {"", "ovo, snap: the store's code at OVO"},
	"merchants[].accounts[].terminals[].numbering":   {"sequence", "ovo: sequence, or ddmmyy for fewer than a million pushes a day"},
	"merchants[].accounts[].terminals[].serial":      {"false", "ovo: one push is numbered and handed over at a time"},
}

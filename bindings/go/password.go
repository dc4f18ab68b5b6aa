package peerid

// Password holds what a user logs in with: a login with a password, a mobile number, or both; the server checks
// whatever it is sent. Printing or marshalling it does not show them; but fmt looks into an unexported field of another
// struct without asking, so such a struct needs a String method of its own.
type Password struct {
	// Login is the user name (case-sensitive) or the e-mail address (not case-sensitive).
	Login string
	// Password is the password; "" to check only the mobile number.
	Password string
	// Mobile is the mobile number; "" to check only the password.
	Mobile string
}

// String names the user and nothing else.
func (p Password) String() string {
	return "peerid.Password{Login: \"" + p.Login + "\"}"
}

// GoString keeps the password out of %#v as well.
func (p Password) GoString() string {
	return p.String()
}

// MarshalText keeps the password out of JSON, XML and all that uses encoding.TextMarshaler; encoding/gob does not, and
// contains it.
func (p Password) MarshalText() ([]byte, error) {
	return []byte(p.String()), nil
}

// passwordTexts are the parts of a Password on their way to the library.
type passwordTexts struct {
	login, password, mobile text
}

func (p Password) texts() (t passwordTexts, err error) {
	if t.login, err = newText(p.Login, "Login"); err != nil {
		return t, err
	}
	if t.password, err = optionalText(p.Password, "Password"); err != nil {
		return t, err
	}
	t.mobile, err = optionalText(p.Mobile, "Mobile")
	return t, err
}

func (t passwordTexts) wipe() {
	t.password.wipe()
	t.mobile.wipe()
}

package peerid

// Password holds what a user logs in with: a login with a password, a mobile number, or both; the server checks each
// one that is sent. Printing or marshalling it does not show them. But fmt prints an unexported field of a struct
// without calling its String method, so a struct with such a field needs a String method.
type Password struct {
	// Login is the user name (case-sensitive) or the e-mail address (not case-sensitive).
	Login string
	// Password is the password; "" to log in with the mobile number alone.
	Password string
	// Mobile is the mobile number; "" to log in with the password alone.
	Mobile string
}

// String returns only the user's name.
func (p Password) String() string {
	return "peerid.Password{Login: \"" + p.Login + "\"}"
}

// GoString keeps the password out of %#v as well.
func (p Password) GoString() string {
	return p.String()
}

// MarshalText keeps the password out of JSON, XML and everything else that uses encoding.TextMarshaler. encoding/gob
// does not use it, so its output contains the password.
func (p Password) MarshalText() ([]byte, error) {
	return []byte(p.String()), nil
}

// passwordTexts are the parts of a Password as C strings.
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

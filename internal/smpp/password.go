package smpp

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

// The standard's limit on a password, and ours: real accounts have longer ones (§5.2.2).
const (
	bookPassword = 8
	maxPassword  = 16
)

// secret is the password from wherever it is kept, read afresh so that a changed file is seen at
// the next bind.
func (c *Config) secret() (Secret, error) {
	switch {
	case c.PasswordFile != "":
		s, err := firstLine(c.PasswordFile)
		if err == nil {
			err = fits(s)
		}
		if err != nil {
			return "", fmt.Errorf("smpp: password_file: %w", err)
		}
		return s, nil
	case c.PasswordEnv != "":
		v, ok := os.LookupEnv(c.PasswordEnv)
		if !ok {
			return "", fmt.Errorf("smpp: password_env: %w", fmt.Errorf("there is no %s in the environment", c.PasswordEnv))
		}
		if err := fits(Secret(v)); err != nil {
			return "", fmt.Errorf("smpp: password_env: %w", fmt.Errorf("%s: %w", c.PasswordEnv, err))
		}
		return Secret(v), nil
	}
	if err := fits(c.Password); err != nil {
		return "", fmt.Errorf("smpp: password: %w", err)
	}
	return c.Password, nil
}

func firstLine(path string) (Secret, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	line, err := bufio.NewReader(io.LimitReader(f, 4096)).ReadBytes('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	line = bytes.TrimRight(line, "\r\n")
	if len(line) == 0 {
		return "", fmt.Errorf("the first line of %s is empty", path)
	}
	return Secret(line), nil
}

func fits(s Secret) error {
	if len(s) > maxPassword {
		return fmt.Errorf("%d octets: at most %d can be sent", len(s), maxPassword)
	}
	return nil
}

// openToOthers says how a file that others may read can be closed to them, empty when it is.
func openToOthers(path string) string {
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm()&0o077 == 0 {
		return ""
	}
	return fmt.Sprintf("mode %04o lets others read it: chmod 600 %s", info.Mode().Perm(), path)
}

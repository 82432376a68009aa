//go:build !tiny

package main

import (
	_ "time/tzdata" // [site] timezone, on routers without zone files

	_ "golang.org/x/crypto/x509roots/fallback" // certificate authorities, on routers without a CA bundle
)

package main

import "github.com/napter-connect/napter-connect/internal/i18n"

// lang is the language that the person reads. What is said to people comes in it,
// errors and help too; heads of tables and JSON are English in every language,
// since scripts read those.
func (a *app) lang() i18n.Lang { return i18n.Choose(string(a.language), a.getenv) }

func (a *app) texts() *i18n.Texts { return i18n.For(a.lang()) }

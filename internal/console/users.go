package console

import (
	"errors"
	"slices"
	"time"

	"github.com/lunas-pay/lunas/internal/engine"
	"github.com/lunas-pay/lunas/internal/operator"
	"github.com/lunas-pay/lunas/internal/store"
)

// This file is where owners look after users. An owner of some merchants sees and changes only users who have roles
// nowhere else; nobody changes their own roles.

func (s *server) userRoutes() []route {
	return []route{
		{"GET /console/users", operator.Owner, s.usersPage, "users"},
		{"GET /console/log", operator.Owner, s.wholeLogPage, ""}, // of the gateway's owners
		{"GET /console/users/new", operator.Owner, s.newUserPage, ""},
		{"POST /console/users/new", operator.Owner, s.newUser, ""},
		{"GET /console/users/{id}", operator.Owner, s.userPage, ""},
		{"POST /console/users/{id}", operator.Owner, s.changeUser, ""},
		{"POST /console/users/{id}/invite", operator.Owner, s.inviteUser, ""},
		{"POST /console/users/{id}/disable", operator.Owner, s.disableUser, ""},
		{"POST /console/users/{id}/enable", operator.Owner, s.enableUser, ""},
	}
}

type usersView struct {
	List []operator.User
	All  bool // the visitor owns everything
}

func (s *server) usersPage(v *visit) error {
	list, err := s.Engine.Store.Users(v.r.Context())
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(u operator.User) bool { return u.ID != v.User.ID && !v.User.MayManage(u) })
	return v.show("users", usersView{List: list, All: v.User.May(operator.Owner, operator.Everywhere)})
}

type userView struct {
	User    operator.User // Name and Grants, as they were typed
	Roles   []operator.Role
	Allowed []Merchant // for which the visitor may give roles
	Link    string     // shown once
	Until   time.Time
}

// ownMerchants are those for which the visitor gives roles.
func (v *visit) ownMerchants() (list []Merchant) {
	if v.User.May(operator.Owner, operator.Everywhere) {
		list = append(list, Merchant{operator.Everywhere, v.Word("everywhere")})
	}
	for _, m := range v.Merchants {
		if v.User.May(operator.Owner, m.ID) {
			list = append(list, m)
		}
	}
	return list
}

func (v *visit) userView(u operator.User) userView {
	return userView{User: u, Roles: operator.Roles(), Allowed: v.ownMerchants()}
}

// grantsOf reads the roles of a form: pairs of merchant and role, of which empty ones are left out.
func (v *visit) grantsOf() (grants []operator.Grant) {
	merchants, roles := v.r.PostForm["merchant"], v.r.PostForm["role"]
	for i, m := range merchants[:min(len(merchants), len(roles))] {
		if m != "" && roles[i] != "" {
			grants = append(grants, operator.Grant{MerchantID: m, Role: operator.Role(roles[i])})
		}
	}
	return grants
}

// allowed tells whether the visitor may give these roles: of merchants that there are, and of which the visitor is owner.
func (v *visit) allowed(grants []operator.Grant) bool {
	own := v.ownMerchants()
	return operator.CheckGrants(grants) == nil && v.User.MayGrant(grants) && !slices.ContainsFunc(grants, func(g operator.Grant) bool {
		return !slices.ContainsFunc(own, func(m Merchant) bool { return m.ID == g.MerchantID })
	})
}

func grantDetails(u operator.User) map[string]any {
	roles := map[string]string{}
	for _, g := range u.Grants {
		roles[g.MerchantID] = string(g.Role)
	}
	return map[string]any{"roles": roles}
}

func (s *server) newUserPage(v *visit) error { return v.show("new_user", v.userView(operator.User{})) }

func (s *server) newUser(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return err
	}
	u := operator.User{
		ID: engine.NewID("usr_"), Name: v.r.PostForm.Get("name"), Version: 1, Grants: v.grantsOf(), CreatedAt: v.Wall,
	}
	name, err := operator.NewName(u.Name)
	if err != nil {
		return v.again("new_user", v.userView(u), sayName)
	}
	if u.Name = name; !v.allowed(u.Grants) {
		return v.again("new_user", v.userView(u), sayGrants)
	}
	err = s.Engine.Store.SaveUser(v.r.Context(), u, v.deed(store.ActUserCreated, "", u.ID, "", grantDetails(u)))
	if errors.Is(err, store.ErrConflict) {
		return v.again("new_user", v.userView(u), sayNameTaken)
	}
	if err != nil {
		return err
	}
	return s.showLink(v, u)
}

// showLink makes a link and shows it, this once.
func (s *server) showLink(v *visit, u operator.User) error {
	path, until, err := Invitation(v.r.Context(), s.Engine.Store, u.ID, v.Wall, v.deed(store.ActUserInvited, "", u.ID, "", nil))
	if err != nil {
		return err
	}
	d := v.userView(u)
	d.Link, d.Until = s.URL+path, until
	if s.URL == "" {
		d.Link = "http://" + v.r.Host + path
	}
	return v.show("link", d)
}

// managed gives the user of a route, if the visitor may change it.
func (s *server) managed(v *visit) (operator.User, error) {
	u, err := s.Engine.Store.User(v.r.Context(), v.r.PathValue("id"))
	if err == nil && !v.User.MayManage(u) {
		err = store.ErrNotFound
	}
	return u, err
}

func (s *server) userPage(v *visit) error {
	u, err := s.managed(v)
	if err != nil {
		return err
	}
	return v.show("user", v.userView(u))
}

// save writes a user as an owner wants it, and ends its sessions: what it may do has changed.
func (s *server) save(v *visit, u operator.User, kind string) error {
	ctx, db := v.r.Context(), s.Engine.Store
	u.Version++
	if err := db.SaveUser(ctx, u, v.deed(kind, "", u.ID, "", grantDetails(u))); err != nil {
		return orBusy(err)
	}
	if err := db.EndSessions(ctx, u.ID, operator.Hash{}); err != nil {
		return err
	}
	return v.redirect("/console/users/" + u.ID + "?done=user")
}

func (s *server) changeUser(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return err
	}
	u, err := s.managed(v)
	if err != nil {
		return err
	}
	if u.Grants = v.grantsOf(); !v.allowed(u.Grants) {
		return v.again("user", v.userView(u), sayGrants)
	}
	return s.save(v, u, store.ActUserChanged)
}

func (s *server) inviteUser(v *visit) error {
	u, err := s.managed(v)
	if err != nil {
		return err
	}
	return s.showLink(v, u)
}

func (s *server) disableUser(v *visit) error {
	u, err := s.managed(v)
	if err != nil {
		return err
	}
	u.DisabledAt = v.Wall
	return s.save(v, u, store.ActUserDisabled)
}

func (s *server) enableUser(v *visit) error {
	u, err := s.managed(v)
	if err != nil {
		return err
	}
	u.DisabledAt = time.Time{}
	return s.save(v, u, store.ActUserEnabled)
}

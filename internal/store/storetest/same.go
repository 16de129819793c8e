package storetest

import (
	"reflect"
	"time"
)

// inUTC copies a value with every time in it in UTC and without what says nothing: monotonic readings, and the
// difference of an empty list and none.
func inUTC[T any](v T) T {
	in := reflect.ValueOf(&v).Elem()
	out := reflect.New(in.Type()).Elem()
	copyUTC(out, in)
	return out.Interface().(T)
}

func copyUTC(to, from reflect.Value) {
	if t, ok := from.Interface().(time.Time); ok {
		to.Set(reflect.ValueOf(t.UTC().Round(0)))
		return
	}
	to.Set(from)
	switch from.Kind() {
	case reflect.Struct:
		for i := range from.NumField() {
			if from.Type().Field(i).IsExported() {
				copyUTC(to.Field(i), from.Field(i))
			}
		}
	case reflect.Slice:
		if from.Len() == 0 {
			to.SetZero()
			return
		}
		to.Set(reflect.MakeSlice(from.Type(), from.Len(), from.Len()))
		for i := range from.Len() {
			copyUTC(to.Index(i), from.Index(i))
		}
	case reflect.Map:
		if from.Len() == 0 {
			to.SetZero()
			return
		}
		to.Set(reflect.MakeMap(from.Type()))
		for _, key := range from.MapKeys() {
			to.SetMapIndex(key, from.MapIndex(key))
		}
	case reflect.Interface, reflect.Pointer:
		if from.IsNil() {
			return
		}
		if from.Kind() == reflect.Pointer {
			to.Set(reflect.New(from.Elem().Type()))
			copyUTC(to.Elem(), from.Elem())
			return
		}
		inner := reflect.New(from.Elem().Type()).Elem()
		copyUTC(inner, from.Elem())
		to.Set(inner)
	}
}

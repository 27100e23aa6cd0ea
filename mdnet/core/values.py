"""Dataclasses as the standard library makes them, in a twentieth of the time.

`dataclasses.dataclass` writes and compiles some six functions for each class, a millisecond or more, which with forty
classes is most of what starting a command takes. Here all classes share them but `__init__`, and that is compiled when
the first value is made. The standard library's module is loaded only where it is asked for `fields`, `asdict` or
`is_dataclass`, to which, and to type checkers, it is the same; only what mdnet uses is offered.
"""

from __future__ import annotations

from operator import attrgetter, ge, gt, le, lt
from typing import TYPE_CHECKING, Any

MISSING: Any = object()
"""The default of a field that has none."""


class Field:
    """What is said of a field; see `dataclasses.field`."""

    __slots__ = ("default", "default_factory", "init", "repr")

    def __init__(
        self,
        default: Any = MISSING,
        default_factory: Any = MISSING,
        init: bool = True,  # noqa: FBT001 (as dataclasses has it)
        repr: bool = True,  # noqa: A002, FBT001
    ) -> None:
        self.default, self.default_factory, self.init, self.repr = default, default_factory, init, repr

    def standard(self) -> Any:
        """The same for `dataclasses.dataclass`."""
        import dataclasses

        default = {"default": self.default} if self.default is not MISSING else {}
        made = {"default_factory": self.default_factory} if self.default_factory is not MISSING else {}
        return dataclasses.field(**default, **made, init=self.init, repr=self.repr)


if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import dataclass as dataclass  # noqa: PLC0414 -- to type checkers these are the same
    from dataclasses import field as field  # noqa: PLC0414
    from dataclasses import replace as replace  # noqa: PLC0414
else:
    field = Field

    def replace(value: Any, **changes: Any) -> Any:
        """As `dataclasses.replace`."""
        for name, about in value.__given__.items():
            if about.init and name not in changes:
                changes[name] = getattr(value, name)
        return value.__class__(**changes)

    def dataclass(*, frozen: bool = False, slots: bool, order: bool = False) -> Callable[[type], type]:
        """A dataclass with slots, else as by `dataclasses.dataclass`, but that what is frozen refuses every name."""
        if not slots:
            raise TypeError("only with slots=True")
        return lambda plain: _make(plain, frozen=frozen, order=order)


__all__ = ["MISSING", "dataclass", "defaults", "field", "replace", "standard"]


def defaults(made: type) -> dict[str, Any]:
    """The fields of such a dataclass, in order, each with its default or MISSING; without working out what
    `dataclasses.fields` tells."""
    given: dict[str, Field] = made.__given__  # type: ignore[attr-defined]
    return {name: about.default for name, about in given.items()}


def standard(plain: type) -> type:
    """The class `plain`, of which no dataclass was made yet, with its fields as the standard library takes them."""
    for name, value in list(plain.__dict__.items()):
        if isinstance(value, Field):
            setattr(plain, name, value.standard())
    return plain


class _Fields:
    """`__dataclass_fields__`, worked out by the standard library when it is first asked for."""

    def __init__(self, plain: type) -> None:
        self._plain = plain

    def __get__(self, _value: object, made: type) -> dict[str, Any]:
        import dataclasses

        make: Callable[[type], Any] = dataclasses.dataclass(init=False, repr=False, eq=False)
        fields: dict[str, Any] = make(standard(self._plain)).__dataclass_fields__
        made.__dataclass_fields__ = fields  # type: ignore[attr-defined]
        return fields


def _make(plain: type, *, frozen: bool, order: bool) -> type:
    """The class `plain` with slots and with what makes a dataclass of it."""
    if plain.__bases__ != (object,):
        raise TypeError("only of classes that inherit nothing")
    body = {name: value for name, value in plain.__dict__.items() if name not in ("__dict__", "__weakref__")}
    given: dict[str, Any] = {}
    for name in body["__annotations__"]:
        value = body.pop(name, MISSING)
        if not isinstance(value, Field):
            value = Field(default=value)
        if not value.init and (value.default is not MISSING or value.default_factory is not MISSING):
            raise TypeError(f"{name}: what is not given is set by __post_init__, and has no default")
        given[name] = value
    names = tuple(given)
    methods = _comparing(names, order=order)
    methods["__repr__"] = _repr_of(tuple(name for name in names if given[name].repr))
    if frozen:
        methods.update(__setattr__=_refuse, __delattr__=_refuse)
    else:
        methods["__hash__"] = None
    methods |= body
    methods.update(
        __slots__=names,
        __match_args__=tuple(name for name in names if given[name].init),
        __dataclass_fields__=_Fields(plain),
        __given__=given,
        __qualname__=plain.__qualname__,
        __getstate__=_get_state,
        __setstate__=_set_state,
    )
    made = type(plain)(plain.__name__, (), methods)

    def init(self: object, *args: object, **values: object) -> None:
        compiled = made.__init__ = _init_of(made, given)  # type: ignore[misc]
        compiled(self, *args, **values)

    made.__init__ = init  # type: ignore[misc]
    return made


def _init_of(made: type, given: dict[str, Field]) -> Callable[..., None]:
    """Compile `__init__`: it fills the slots themselves, for which nothing is frozen and which is the quickest."""
    known: dict[str, Any] = {"__builtins__": {}, "_missing": MISSING}
    parameters, lines = ["self"], []
    for name, about in given.items():
        known[f"_set_{name}"] = made.__dict__[name].__set__
        value = name
        if about.default_factory is not MISSING:
            known[f"_new_{name}"] = about.default_factory
            parameters.append(f"{name}=_missing")
            value = f"_new_{name}() if {name} is _missing else {name}"
        elif about.default is not MISSING:
            known[f"_default_{name}"] = about.default
            parameters.append(f"{name}=_default_{name}")
        elif about.init:
            parameters.append(name)
        if about.init:
            lines.append(f"_set_{name}(self, {value})")
    if hasattr(made, "__post_init__"):
        lines.append("self.__post_init__()")
    source = f"def __init__({', '.join(parameters)}):\n " + "\n ".join(lines or ["pass"])
    exec(source, known)  # noqa: S102 -- of the names of our own fields
    init: Callable[..., None] = known["__init__"]
    init.__qualname__ = f"{made.__qualname__}.__init__"
    return init


def _comparing(names: tuple[str, ...], *, order: bool) -> dict[str, Any]:
    """Comparing values of one class as tuples of their fields."""
    values: Callable[[Any], Any] = attrgetter(*names) if names else lambda _value: ()

    def equal(self: object, other: object) -> Any:
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    def hashed(self: object) -> int:
        return hash(values(self))

    def ordered(compare: Callable[[Any, Any], Any]) -> Callable[[object, object], Any]:
        return lambda self, other: (
            compare(values(self), values(other)) if other.__class__ is self.__class__ else NotImplemented
        )

    methods: dict[str, Any] = {"__eq__": equal, "__hash__": hashed}
    if order:
        methods.update(__lt__=ordered(lt), __le__=ordered(le), __gt__=ordered(gt), __ge__=ordered(ge))
    return methods


def _repr_of(names: tuple[str, ...]) -> Callable[[object], str]:
    def shown(self: object) -> str:
        return f"{self.__class__.__qualname__}({', '.join([f'{name}={getattr(self, name)!r}' for name in names])})"

    return shown


def _refuse(_self: object, name: str, *_value: object) -> None:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _get_state(self: Any) -> list[Any]:
    return [getattr(self, name) for name in self.__slots__]


def _set_state(self: Any, state: list[Any]) -> None:
    for name, value in zip(self.__slots__, state, strict=True):
        object.__setattr__(self, name, value)

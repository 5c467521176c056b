"""Forms in which staff tell what Syncro's API does not."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget, UnfoldBooleanSwitchWidget

from apps.mappings.discovered import seen_on
from apps.mappings.models import TaxRate

NOT_YET = ("", "Not known yet")
NONE = ("", "None")


def plain(percent: Decimal | None) -> str:
    """A rate without the zeros that say nothing."""
    return "" if percent is None else format(percent.normalize(), "f")


class PercentField(forms.DecimalField):
    """A rate as people write it, with or without the sign."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            required=False, min_value=0, max_value=Decimal("99.99999"), max_digits=9, decimal_places=5,
            widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal", "size": 8}), **options,
        )  # fmt: skip

    def to_python(self, value: Any) -> Any:
        """Also 8.25 %."""
        return super().to_python(str(value).strip().removesuffix("%").strip() if value is not None else None)


class TaxRateLine(forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    """A rate in the list."""

    percent = PercentField()

    class Meta:
        model = TaxRate
        fields = ("name", "percent", "archived")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["percent"] = plain(self.instance.percent)

    def clean_name(self) -> str:
        """A rate that has no id has nothing but its name."""
        name: str = self.cleaned_data["name"].strip()
        if not name and self.instance.pk and not self.instance.external_id:
            raise forms.ValidationError("A rate without an id of Syncro needs a name.")
        return name


class TaxRateForm(TaxRateLine):
    """A rate on a page of its own: also which id it is, what it is made of, and whether it is the default."""

    first = forms.ChoiceField(label="First tax", required=False, widget=UnfoldAdminSelectWidget)
    second = forms.ChoiceField(
        label="Second tax", required=False, widget=UnfoldAdminSelectWidget, help_text="Of a tax group; else none."
    )
    default = forms.BooleanField(
        label="The account's default", required=False, widget=UnfoldBooleanSwitchWidget,
        help_text="What customers without a rate of their own have. There is one; another loses it.",
    )  # fmt: skip

    class Meta:
        model = TaxRate
        fields = ("company", "external_id", "name", "percent", "archived")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "name" not in self.fields:  # somebody who may only look
            return
        self.fields["name"].required = True
        self.initial["default"] = self.instance.is_default
        if not self.instance.pk:
            for name in ("first", "second"):
                self.fields[name].widget = forms.HiddenInput()
            return
        self._offer_parts()
        if "external_id" in self.fields:
            self._offer_ids()

    @property
    def parts(self) -> list[str]:
        """The ids of the rates it is made of, as chosen."""
        return [part for part in (self.cleaned_data["first"], self.cleaned_data["second"]) if part]

    def clean(self) -> dict[str, Any]:
        """A group is not made of one rate twice, and has a first before a second."""
        cleaned = super().clean() or self.cleaned_data
        first, second = cleaned.get("first"), cleaned.get("second")
        if second and (not first or first == second):
            self.add_error(
                "second", "Choose the first tax, and another one here." if not first else "That is the first tax."
            )
        return cleaned

    def _offer_parts(self) -> None:
        others = (
            TaxRate.objects.filter(company=self.instance.company).exclude(external_id="").exclude(pk=self.instance.pk)
        )
        choices = [NONE, *((rate.external_id, _called(rate)) for rate in others.order_by("name", "external_id"))]
        for name, part in zip(("first", "second"), (*self.instance.parts, "", ""), strict=False):
            self.fields[name].choices = choices  # type: ignore[attr-defined]
            self.initial[name] = part
        waiting = [] if self.instance.parts else self.instance.part_names
        if waiting:
            self.fields["first"].help_text = f"A file says it is made of {' and '.join(waiting)}."

    def _offer_ids(self) -> None:
        """Ids that were met and that nobody named."""
        company = self.instance.company_id
        seen = seen_on(TaxRate, [company])
        keys = TaxRate.objects.filter(company_id=company, name="").exclude(external_id="").order_by("external_id")
        met = [
            (key, f"{key} — {seen.get((company, key), 'on documents only')}")
            for key in keys.values_list("external_id", flat=True)
        ]
        self.fields["external_id"] = forms.ChoiceField(
            label="Id in Syncro", choices=[NOT_YET, *met], required=False, widget=UnfoldAdminSelectWidget,
            help_text="The number in the address of the rate's page in Syncro (Admin, Invoices - Tax Rates).",
        )  # fmt: skip


def _called(rate: TaxRate) -> str:
    return f"{rate} ({plain(rate.percent)} %)" if rate.percent is not None else str(rate)

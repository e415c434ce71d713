// Changes that libraries of another age, and hostile ones, make to the language and to the page.
Object.prototype.extra = "extra";
Date.prototype.toJSON = () => "no JSON";
String.prototype.trim = function () { return "trimmed"; };
Array.prototype.at = () => "at";
Element.prototype.remove = function () { this.hidden = true; };
Element.prototype.checkVisibility = () => true;
window.find = window.make = window.load = window.name = "of the page";
window.Regain = { of: "the page" };
window.JSON.regain = "json";

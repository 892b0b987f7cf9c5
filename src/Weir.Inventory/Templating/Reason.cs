namespace Weir.Inventory.Templating;

/// <summary>Why a place of a path is a parameter, or why a value beside one is none.</summary>
public enum Reason : byte
{
    /// <summary>The text of the segment says so.</summary>
    Form,

    /// <summary>Answers repeat the segment at the same place.</summary>
    Echoed,

    /// <summary>A POST here was answered with the Location of something below.</summary>
    Created,

    /// <summary>Siblings that differ in nothing but their name.</summary>
    Alike,

    /// <summary>It answers as the parameter beside it does.</summary>
    LikeParameter,

    /// <summary>Languages beside each other.</summary>
    Locales,

    /// <summary>More siblings than a router has.</summary>
    TooMany,

    /// <summary>It answers differently from all others at this place, or takes most of the traffic: a route of its own.</summary>
    Repaired,

    /// <summary>A person, or a given specification, says so.</summary>
    Person,
}

/// <summary>Decision of a person about what may follow one place of a path.</summary>
public enum Pin : byte
{
    None,

    /// <summary>Whatever follows is a value.</summary>
    Parameter,

    /// <summary>Whatever follows is a route.</summary>
    Literals,
}

/// <summary>Why one segment of a template is what it is.</summary>
/// <param name="Segment">As in the template, such as <c>{user_id}</c>.</param>
/// <param name="IsParameter">Whether it is one.</param>
/// <param name="Reason">The rule.</param>
/// <param name="Kind">What most values look like.</param>
/// <param name="Distinct">Different values, an estimate above a thousand; 0 for a literal.</param>
/// <param name="Samples">Calls through here.</param>
/// <param name="Text">All of it in words.</param>
public sealed record TemplateExplanation(string Segment, bool IsParameter, Reason Reason, SegmentKind Kind, long Distinct, long Samples, string Text);

/// <summary>A parameter of a path template.</summary>
/// <param name="Name">Unique in its template: letters, digits and underscores.</param>
/// <param name="Kind">What all values look like; <see cref="SegmentKind.Text"/> when they differ.</param>
/// <param name="Wide">An integer that needs more than 32 bits was seen.</param>
/// <param name="Values">The values seen most.</param>
/// <param name="Distinct">Different values, an estimate above a thousand.</param>
public sealed record PathParameter(string Name, SegmentKind Kind, bool Wide, Catalogue.TopCounter Values, long Distinct);

namespace Weir.Flows.Metering;

/// <summary>A list of flows through links inside them, oldest first.</summary>
/// <param name="byDue">Which of the two pairs of links it uses.</param>
internal sealed class FlowList(bool byDue)
{
    private FlowState? _last;

    public FlowState? First { get; private set; }

    public void Append(FlowState flow)
    {
        ref var links = ref LinksOf(flow);
        links = new FlowLinks { Previous = _last, List = this };
        if (_last is null) First = flow;
        else LinksOf(_last).Next = flow;
        _last = flow;
    }

    public void Remove(FlowState flow)
    {
        ref var links = ref LinksOf(flow);
        if (links.List != this) return;
        if (links.Previous is null) First = links.Next;
        else LinksOf(links.Previous).Next = links.Next;
        if (links.Next is null) _last = links.Previous;
        else LinksOf(links.Next).Previous = links.Previous;
        links = default;
    }

    private ref FlowLinks LinksOf(FlowState flow)
    {
        if (byDue) return ref flow.Due;
        return ref flow.Age;
    }
}

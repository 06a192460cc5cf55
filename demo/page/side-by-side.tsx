// Two people in one window, each with a page of their own: own session, own socket, own cache.

export function SideBySide({ people }: { people: readonly string[] }) {
  return (
    <div className="side-by-side">
      {people.map((person) => (
        <iframe
          key={person}
          sandbox="allow-scripts allow-same-origin allow-forms allow-popups allow-modals"
          title={`As ${person}`}
          src={`/?user=${encodeURIComponent(person)}${location.hash}`}
        />
      ))}
    </div>
  )
}

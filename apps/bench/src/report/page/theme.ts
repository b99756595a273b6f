// The parts of Chart.js that the page uses, and the page's colours as the stylesheet has them at this moment.
import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  Legend,
  LinearScale,
  LogarithmicScale,
  LineController,
  LineElement,
  PointElement,
  Title,
  Tooltip,
} from 'chart.js'

export interface Theme {
  muted: string
  line: string
  /** The colour of an implementation: with one worker, and with several. */
  of: (implementation: string, several: boolean) => string
}

export function register(): void {
  Chart.register(BarController, BarElement, CategoryScale, LinearScale, LineController, LineElement, PointElement)
  Chart.register(LogarithmicScale, Legend, Title, Tooltip)
  Chart.defaults.animation = false
  Chart.defaults.maintainAspectRatio = false
  Chart.defaults.font.family = 'system-ui, sans-serif'
}

export function colours(): Theme {
  const style = getComputedStyle(document.documentElement)
  const variable = (name: string): string => style.getPropertyValue(`--${name}`).trim()
  return {
    muted: variable('muted'),
    line: variable('line'),
    of: (implementation, several) => variable(several ? `${implementation}-more` : implementation) || variable('peer'),
  }
}
